package io.github.balsaraft.model;

/**
 * Number of one Raft group. Part of every message and of every stored key.
 *
 * @param value zero or more; an application with a single group uses {@link #DEFAULT}
 */
public record GroupId(long value) implements Comparable<GroupId> {

  /** The group of an application that has only one. */
  public static final GroupId DEFAULT = new GroupId(0);

  public GroupId {
    if (value < 0) {
      throw new IllegalArgumentException("a group id is zero or more, not " + value);
    }
  }

  @Override
  public int compareTo(GroupId other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return "g" + value;
  }
}
