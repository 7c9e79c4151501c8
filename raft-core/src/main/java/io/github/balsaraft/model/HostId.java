package io.github.balsaraft.model;

import java.util.regex.Pattern;

/**
 * Stable name of one host (one process with one disk), chosen by the operator, unique in the cluster.
 *
 * @param name 1 to 64 letters, digits, dots, underscores or hyphens
 */
public record HostId(String name) implements Comparable<HostId> {

  private static final Pattern VALID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  public HostId {
    if (!VALID.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a host id is 1 to 64 letters, digits, dots, underscores or hyphens, not \"" + name
              + "\"");
    }
  }

  @Override
  public int compareTo(HostId other) {
    return name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return name;
  }
}
