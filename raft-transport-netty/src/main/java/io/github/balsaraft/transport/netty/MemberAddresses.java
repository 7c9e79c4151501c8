package io.github.balsaraft.transport.netty;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Where members are, as far as was said, and whose turn it is to be tried: round after round, each of them once. Not thread-safe. */
final class MemberAddresses {

  /** If all members have moved while nobody looked, these are what is left. */
  private final List<String> seeds;

  private final Set<String> known = new LinkedHashSet<>();

  /** The rest of the round, in this order. */
  private final Deque<String> untried = new ArrayDeque<>();

  /** Why those that were tried in vain can't help. */
  private final Map<String, String> problems = new LinkedHashMap<>();

  private final Map<String, AddressChoice> choices = new HashMap<>();

  private boolean isRoundBegun;
  private String last = "";

  /**
   * @param seeds those named by the application, which are known for ever
   */
  MemberAddresses(List<String> seeds) {
    this.seeds = seeds;
    known.addAll(seeds);
  }

  /** These are the members at present. */
  void learn(Collection<String> members) {
    known.clear();
    known.addAll(members);
    known.addAll(seeds);
    problems.keySet().retainAll(known);
    choices.keySet().retainAll(known);
  }

  /** Which of the addresses behind a member's name is dialled. */
  AddressChoice choiceOf(String address) {
    return known.contains(address)
        ? choices.computeIfAbsent(address, any -> new AddressChoice())
        : new AddressChoice();
  }

  boolean hasOtherThan(String address) {
    return known.stream().anyMatch(other -> !other.equals(address));
  }

  /** Whose turn it is; the one behind that which was tried last, so that a new round doesn't favour the first. */
  String next() {
    if (untried.isEmpty()) {
      List<String> round = new ArrayList<>(known);
      Collections.rotate(round, -(round.indexOf(last) + 1));
      untried.addAll(round);
    }
    isRoundBegun = true;
    return untried.removeFirst();
  }

  /** It is tried, in its turn or out of it. */
  void tried(String address) {
    last = address;
  }

  /** It was tried in vain, for a reason. */
  void isOfNoUse(String address, String why) {
    if (known.contains(address)) {
      problems.put(address, why);
    }
  }

  /** Why nobody could help so far, for people; empty if nobody was tried in vain since somebody could. */
  String problems() {
    return problems.entrySet().stream()
        .map(problem -> problem.getKey() + ": " + problem.getValue())
        .collect(Collectors.joining("; "));
  }

  /** A member was found that can help: if another is needed later, a round begins. */
  void beginRound() {
    untried.clear();
    problems.clear();
    isRoundBegun = false;
  }

  /** Each of them was tried, and none could help. */
  boolean isRoundOver() {
    return isRoundBegun && untried.isEmpty();
  }
}
