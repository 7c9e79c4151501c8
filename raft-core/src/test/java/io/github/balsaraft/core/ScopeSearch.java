package io.github.balsaraft.core;

import io.github.balsaraft.core.ScopeHistory.Used;
import io.github.balsaraft.core.ScopeInput.Kind;
import io.github.balsaraft.core.ScopeMoves.Move;
import io.github.balsaraft.core.ScopeReplica.Outcome;
import io.github.balsaraft.model.ProtocolMessage;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Every state that three real cores can get into within given bounds, in whatever order messages arrive, get lost or
 * come again, writes finish, members campaign and processes die.
 *
 * <p>States are told apart by 64-bit hashes of their canonical forms, after renaming the replicas in all ways: with a
 * hundred million states the chance that any two are mistaken for one is below one in a thousand.
 */
final class ScopeSearch {

  private static final int[][] RENAMINGS = {
    {0, 1, 2, 3}, {0, 1, 3, 2}, {0, 2, 1, 3}, {0, 2, 3, 1}, {0, 3, 1, 2}, {0, 3, 2, 1}
  };

  private static final int FIRST_DELIVERY = Kind.DELIVER.firstNumber;

  /** Restarts with up to three surviving writes are the last of them. */
  private static final int INPUTS_BESIDES_DELIVERIES = Kind.RESTART.firstNumber + 4;

  private final ScopeBounds bounds;
  private final int renamings;
  private final Map<ByteBuffer, ScopeReplica> replicas = new HashMap<>();
  private final ScopeMessages messages;
  private final ScopeStates visited = new ScopeStates();
  private long steps;

  ScopeSearch(ScopeBounds bounds) {
    this.bounds = bounds;
    this.renamings = bounds.isSymmetric() ? RENAMINGS.length : 1;
    this.messages = new ScopeMessages(Arrays.copyOf(RENAMINGS, renamings));
  }

  long states() {
    return visited.size();
  }

  /** Inputs to one replica in one state. */
  long steps() {
    return steps;
  }

  @Override
  public String toString() {
    return bounds + ": " + visited.size() + " states (" + visited.withoutMessages()
        + " if messages under way don't count), " + steps + " steps, " + replicas.size()
        + " states of one replica, " + messages.size() + " messages";
  }

  // ------------------------------------------------------------------ the search

  /** Goes everywhere. Returns the way to a state in which a property doesn't hold, as short as it gets; null if none. */
  Counterexample run(long mostStates) {
    ArrayDeque<Frame> path = new ArrayDeque<>();
    ScopeState first = first();
    isNew(first);
    path.push(new Frame(first, List.of(), inputs(first)));
    while (!path.isEmpty()) {
      Frame top = path.peek();
      if (top.next == top.inputs.length) {
        path.pop();
        continue;
      }
      int input = top.inputs[top.next++];
      int position = input & 3;
      ScopeReplica replica = top.state.replicas[position];
      Move move = move(replica, input >> 2);
      if (move.to == replica && addsNothing(top.state, move)) {
        continue;
      }
      steps++;
      List<ScopeInput> way = new ArrayList<>();
      way.add(input(position, input >> 2));
      ScopeState next;
      try {
        next = withAllAnswers(after(top.state, position, input >> 2, move), way);
      } catch (ScopeProperties.Violation e) {
        path.push(new Frame(top.state, way, new int[0]));
        return shortest(path, e);
      }
      if (isNew(next)) {
        if (visited.size() > mostStates) {
          throw new AssertionError("more than " + mostStates + " states: " + this);
        }
        path.push(new Frame(next, way, inputs(next)));
      }
    }
    return null;
  }

  /**
   * Delivers whatever makes a replica send something and leaves it as it is: this only adds messages, and who has more can
   * do more.
   */
  private ScopeState withAllAnswers(ScopeState state, List<ScopeInput> way) {
    ScopeState result = state;
    for (boolean more = true; more; ) {
      more = false;
      for (int message : result.messages) {
        int position = messages.position(message);
        ScopeReplica replica = result.replicas[position];
        Move move = move(replica, FIRST_DELIVERY + message);
        if (move.to == replica && !addsNothing(result, move)) {
          ScopeState answered = after(result, position, FIRST_DELIVERY + message, move);
          if (!Arrays.equals(answered.messages, result.messages)) {
            result = answered;
            way.add(input(position, FIRST_DELIVERY + message));
            more = true;
          }
        }
      }
    }
    return result;
  }

  private ScopeState first() {
    ScopeReplica[] all = new ScopeReplica[3];
    for (int i = 0; i < all.length; i++) {
      all[i] = known(ScopeReplica.first(i, bounds));
    }
    return new ScopeState(all, new int[0], 0);
  }

  /** What may happen in a state: the number of the input times four, plus the position of the replica. */
  private int[] inputs(ScopeState state) {
    int[] found = new int[state.messages.length + 64];
    int count = 0;
    for (ScopeReplica replica : state.replicas) {
      for (int input = 0; input < INPUTS_BESIDES_DELIVERIES; input++) {
        if (isPossible(state, replica, input(replica.position, input))) {
          found[count++] = input << 2 | replica.position;
        }
      }
    }
    for (int message : state.messages) {
      int position = messages.position(message);
      found[count++] = (FIRST_DELIVERY + message) << 2 | position;
    }
    return Arrays.copyOf(found, count);
  }

  private boolean isPossible(ScopeState state, ScopeReplica replica, ScopeInput input) {
    long history = state.history;
    return switch (input.kind()) {
      case DELIVER -> true;
      case PROPOSE ->
        replica.leads
            && replica.log.length < bounds.maxEntries()
            && ScopeHistory.used(history, Used.PROPOSALS) < bounds.proposals();
      case WRITE_DONE -> replica.replica.disk.pendingWrites() > 0;
      case HEARTBEAT ->
        replica.leads && ScopeHistory.used(history, Used.HEARTBEATS) < bounds.heartbeats();
      case LOSE_CONTACT -> replica.leads && bounds.heartbeats() > 0;
      case CAMPAIGN -> !replica.leads && replica.term < bounds.maxTerm();
      case RESTART ->
        ScopeHistory.used(history, Used.RESTARTS) < bounds.restarts()
            && input.survivingWrites() <= replica.replica.disk.pendingWrites();
    };
  }

  private ScopeInput input(int position, int number) {
    if (number >= FIRST_DELIVERY) {
      return ScopeInput.delivery(messages.get(number - FIRST_DELIVERY));
    }
    int restart = Kind.RESTART.firstNumber;
    if (number >= restart) {
      return ScopeInput.restart(position, number - restart);
    }
    for (Kind kind : Kind.values()) {
      if (kind.firstNumber == number) {
        return ScopeInput.of(position, kind);
      }
    }
    throw new IllegalArgumentException("no input has the number " + number);
  }

  private int numberOf(ScopeInput input) {
    return switch (input.kind()) {
      case DELIVER -> FIRST_DELIVERY + messages.number(input.message());
      case RESTART -> Kind.RESTART.firstNumber + input.survivingWrites();
      default -> input.kind().firstNumber;
    };
  }

  private Move move(ScopeReplica from, int input) {
    Move known = from.moves.get(input);
    if (known == null) {
      Outcome outcome = ScopeReplica.run(from, bounds, input(from.position, input));
      known = outcome.failure() == null
          ? new Move(known(outcome.replica()), numbers(outcome.sent()), null)
          : new Move(null, new int[0], from + ": " + outcome.failure());
      from.moves.put(input, known);
    }
    return known;
  }

  /** A pre-candidate, too, doesn't know its leader any more and may come back to it. */
  private boolean mayForget(long history) {
    return bounds.preVotes() || ScopeHistory.used(history, Used.RESTARTS) < bounds.restarts();
  }

  private static boolean addsNothing(ScopeState state, Move move) {
    for (int message : move.sent) {
      if (Arrays.binarySearch(state.messages, message) < 0) {
        return false;
      }
    }
    return true;
  }

  private ScopeState after(ScopeState state, int position, int input, Move move) {
    if (move.failure != null) {
      throw new ScopeProperties.Violation(move.failure);
    }
    ScopeReplica[] next = state.replicas.clone();
    next[position] = move.to;
    long history = state.history;
    if (input == Kind.PROPOSE.firstNumber) {
      history = ScopeHistory.oneMore(history, Used.PROPOSALS);
    } else if (input == Kind.HEARTBEAT.firstNumber) {
      history = ScopeHistory.oneMore(history, Used.HEARTBEATS);
    } else if (input >= Kind.RESTART.firstNumber && input < FIRST_DELIVERY) {
      history = ScopeHistory.oneMore(history, Used.RESTARTS);
    }
    history = ScopeProperties.check(next, state.replicas[position], move.to, history);
    return withMessages(next, history, state, move.sent);
  }

  private ScopeState withMessages(
      ScopeReplica[] next, long history, ScopeState before, int[] sent) {
    int[] all = before.messages;
    for (int message : sent) {
      int place = Arrays.binarySearch(all, message);
      if (place < 0) {
        int[] longer = Arrays.copyOf(all, all.length + 1);
        System.arraycopy(all, -place - 1, longer, -place, all.length + place + 1);
        longer[-place - 1] = message;
        all = longer;
      }
    }
    return new ScopeState(next, messages.withoutDead(all, next, mayForget(history)), history);
  }

  // ------------------------------------------------------------------ telling states apart

  /** Whether a state is new, after renaming the replicas in all ways. */
  private boolean isNew(ScopeState state) {
    long smallest = Long.MAX_VALUE;
    int renaming = 0;
    for (int i = 0; i < renamings; i++) {
      long hash = 0;
      for (ScopeReplica replica : state.replicas) {
        int place = RENAMINGS[i][replica.position + 1];
        hash += CanonicalForm.mix(replica.hashes[i] + place * 0x9e3779b97f4a7c15L);
      }
      hash = CanonicalForm.mix(
          hash + CanonicalForm.mix(ScopeHistory.renamed(state.history, RENAMINGS[i])));
      if (hash < smallest) {
        smallest = hash;
        renaming = i;
      }
    }
    return visited.add(
        smallest,
        messages.names(state.messages, state.replicas, mayForget(state.history), renaming));
  }

  private ScopeReplica known(HarnessReplica replica) {
    byte[] form = CanonicalForm.of(replica, RENAMINGS[0]);
    byte[] key = Arrays.copyOf(form, form.length + 1);
    key[form.length] = (byte) replica.id.value();
    ScopeReplica known = replicas.get(ByteBuffer.wrap(key));
    if (known == null) {
      long[] hashes = new long[renamings];
      for (int i = 0; i < renamings; i++) {
        hashes[i] = CanonicalForm.hash(CanonicalForm.of(replica, RENAMINGS[i]));
      }
      known = new ScopeReplica(replica, replicas.size(), hashes);
      replicas.put(ByteBuffer.wrap(key), known);
    }
    return known;
  }

  private int[] numbers(List<ProtocolMessage> sent) {
    return sent.stream().mapToInt(messages::number).sorted().distinct().toArray();
  }

  // ------------------------------------------------------------------ counterexamples

  /** A way to a violation, and what is violated at its end. */
  record Counterexample(List<ScopeInput> inputs, String violation) {
    @Override
    public String toString() {
      StringBuilder text = new StringBuilder(violation);
      inputs.forEach(input -> text.append("\n  ").append(input));
      return text.toString();
    }
  }

  /** Leaves out whatever is not needed for a violation. */
  private Counterexample shortest(ArrayDeque<Frame> path, ScopeProperties.Violation found) {
    List<ScopeInput> inputs = new ArrayList<>();
    path.descendingIterator().forEachRemaining(frame -> inputs.addAll(frame.way));
    String violation = found.getMessage();
    for (boolean shorter = true; shorter; ) {
      shorter = false;
      for (int i = inputs.size() - 1; i >= 0; i--) {
        List<ScopeInput> fewer = new ArrayList<>(inputs);
        fewer.remove(i);
        String still = replay(fewer);
        if (still != null) {
          inputs.remove(i);
          violation = still;
          shorter = true;
        }
      }
    }
    return new Counterexample(inputs, violation);
  }

  /** What the inputs violate; null if nothing, or if they can't happen in this order. */
  private String replay(List<ScopeInput> inputs) {
    ScopeState state = first();
    for (ScopeInput input : inputs) {
      ScopeReplica replica = state.replicas[input.position()];
      boolean possible = input.kind() == Kind.DELIVER
          ? Arrays.binarySearch(state.messages, numberOf(input) - FIRST_DELIVERY) >= 0
          : isPossible(state, replica, input);
      if (!possible) {
        return null;
      }
      try {
        int number = numberOf(input);
        state = after(state, input.position(), number, move(replica, number));
      } catch (ScopeProperties.Violation e) {
        return e.getMessage();
      }
    }
    return null;
  }

  private static final class Frame {
    final ScopeState state;
    final List<ScopeInput> way;
    final int[] inputs;
    int next;

    Frame(ScopeState state, List<ScopeInput> way, int[] inputs) {
      this.state = state;
      this.way = way;
      this.inputs = inputs;
    }
  }
}
