package io.github.balsaraft.core;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Which links between so many replicas are cut, each in one direction: a pattern is a number with a bit for each link. */
final class OneWayCuts {

  private final int replicas;
  private final List<int[]> renamings = new ArrayList<>();

  OneWayCuts(int replicas) {
    this.replicas = replicas;
    rename(new int[replicas], 0);
  }

  int replicas() {
    return replicas;
  }

  private void rename(int[] names, int known) {
    if (known == replicas) {
      renamings.add(names.clone());
      return;
    }
    for (int name = 0; name < replicas; name++) {
      int candidate = name;
      if (IntStream.range(0, known).noneMatch(i -> names[i] == candidate)) {
        names[known] = name;
        rename(names, known + 1);
      }
    }
  }

  int links() {
    return replicas * (replicas - 1);
  }

  /** The number of the link between two replicas, in one direction. */
  private int link(int from, int to) {
    return from * (replicas - 1) + (to < from ? to : to - 1);
  }

  boolean isCut(int pattern, int from, int to) {
    return (pattern >> link(from, to) & 1) == 1;
  }

  /** The same for all patterns that are equal but for the names. */
  int nameless(int pattern) {
    int least = Integer.MAX_VALUE;
    for (int[] names : renamings) {
      int renamed = 0;
      for (int from = 0; from < replicas; from++) {
        for (int to = 0; to < replicas; to++) {
          if (from != to && isCut(pattern, from, to)) {
            renamed |= 1 << link(names[from], names[to]);
          }
        }
      }
      least = Math.min(least, renamed);
    }
    return least;
  }

  /** Whether the members of some majority hear each other. */
  boolean leavesMajority(int pattern) {
    return IntStream.range(0, 1 << replicas)
        .filter(group -> 2 * Integer.bitCount(group) > replicas)
        .anyMatch(group -> hearEachOther(pattern, member -> (group >> member & 1) == 1));
  }

  private boolean hearEachOther(int pattern, IntPredicate isMember) {
    for (int from = 0; from < replicas; from++) {
      for (int to = 0; to < replicas; to++) {
        if (from != to && isMember.test(from) && isMember.test(to) && isCut(pattern, from, to)) {
          return false;
        }
      }
    }
    return true;
  }
}
