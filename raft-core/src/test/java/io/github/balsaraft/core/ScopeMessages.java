package io.github.balsaraft.core;

import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.HeartbeatResponse;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.VoteResponse;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** All messages that were ever sent in a {@link ScopeSearch}, by number, and which of them can still matter. */
final class ScopeMessages {

  /** What a message means to its receiver. */
  enum Standing {
    /** It may bring something about. */
    OPEN,
    /** It is answered, and says nothing that the receiver's leader hasn't told it. */
    SPENT,
    /** The receiver is in a later term, of which the answer tells. */
    LATE,
    DEAD
  }

  private final int[][] renamings;
  private final List<ProtocolMessage> messages = new ArrayList<>();
  /** By number: the position of the receiver. */
  private final List<Integer> positions = new ArrayList<>();

  private final Map<ProtocolMessage, Integer> numbers = new HashMap<>();
  private final Map<ByteBuffer, Integer> forms = new HashMap<>();

  /** By number and renaming: the same name for messages that the renaming makes equal. */
  private final List<int[]> names = new ArrayList<>();

  /** As {@link #names}, for requests that come too late: they only learn the receiver's term. */
  private final List<int[]> lateNames = new ArrayList<>();

  /** As {@link #names}, for those from the receiver's leader that tell it nothing new. */
  private final List<int[]> spentNames = new ArrayList<>();

  ScopeMessages(int[][] renamings) {
    this.renamings = renamings;
  }

  int size() {
    return messages.size();
  }

  ProtocolMessage get(int number) {
    return messages.get(number);
  }

  int position(int number) {
    return positions.get(number);
  }

  int number(ProtocolMessage message) {
    Integer known = numbers.get(message);
    if (known != null) {
      return known;
    }
    int[] ownNames = new int[renamings.length];
    int[] ownLateNames = new int[renamings.length];
    int[] ownSpentNames = new int[renamings.length];
    for (int i = 0; i < renamings.length; i++) {
      ownNames[i] = name(CanonicalForm.of(message, renamings[i]));
      byte from = (byte) renamings[i][(int) message.from().value()];
      byte to = (byte) renamings[i][(int) message.to().value()];
      ownLateNames[i] = name(new byte[] {(byte) kind(message), from, to});
      ownSpentNames[i] = name(new byte[] {
        (byte) kind(message),
        from,
        to,
        (byte) message.term(),
        (byte) (saysSomething(message) ? 1 : 0)
      });
    }
    messages.add(message);
    positions.add((int) message.to().value() - 1);
    names.add(ownNames);
    lateNames.add(ownLateNames);
    spentNames.add(ownSpentNames);
    numbers.put(message, messages.size() - 1);
    return messages.size() - 1;
  }

  private int name(byte[] form) {
    Integer known = forms.putIfAbsent(ByteBuffer.wrap(form), forms.size());
    return known == null ? forms.size() - 1 : known;
  }

  private static int kind(ProtocolMessage message) {
    return message instanceof RequestVote
        ? 1
        : message instanceof AppendEntries ? 2 : message instanceof Heartbeat ? 3 : 0;
  }

  /** Whether it carries entries or wants an answer: those that do are answered in another way. */
  private static boolean saysSomething(ProtocolMessage message) {
    return message instanceof AppendEntries append
        ? !append.batches().isEmpty()
        : message instanceof Heartbeat heartbeat && heartbeat.sequence() > 0;
  }

  private static boolean isLate(ProtocolMessage message, ScopeReplica receiver) {
    return kind(message) > 0 && message.term() < receiver.durableTerm;
  }

  /** Answers to an office that the receiver no longer holds, and never again will in that term. */
  private static boolean isDead(ProtocolMessage message, ScopeReplica receiver) {
    if (message.term() > receiver.durableTerm) {
      return false;
    }
    boolean inOffice = message.term() == receiver.term;
    if (message instanceof VoteResponse) {
      return !(inOffice && receiver.role == Role.CANDIDATE);
    }
    return (message instanceof AppendEntriesResponse || message instanceof HeartbeatResponse)
        && !(inOffice && receiver.role == Role.LEADER);
  }

  /**
   * Whether the receiver has got from its leader already all that a message says. Until the term is over, and it comes too
   * late, all such of a kind are answered alike, whenever they come, and do nothing else; if the receiver forgets nothing
   * meanwhile.
   */
  private static boolean isSpent(ProtocolMessage message, ScopeReplica receiver) {
    return message.term() == receiver.durableTerm
        && message.term() == receiver.term
        && receiver.hasGot(message);
  }

  /** What a message still means to its receiver; asked often, so that it is remembered there. */
  private Standing standing(int number, ScopeReplica receiver, boolean mayForget) {
    if (number >= receiver.standings.length) {
      receiver.standings = Arrays.copyOf(receiver.standings, messages.size());
    }
    Standing known = receiver.standings[number];
    if (known == null) {
      known = judge(messages.get(number), receiver);
      receiver.standings[number] = known;
    }
    return mayForget && known == Standing.SPENT ? Standing.OPEN : known;
  }

  private static Standing judge(ProtocolMessage message, ScopeReplica receiver) {
    if (isDead(message, receiver)) {
      return Standing.DEAD;
    } else if (isLate(message, receiver)) {
      return Standing.LATE;
    }
    return isSpent(message, receiver) ? Standing.SPENT : Standing.OPEN;
  }

  private int name(int number, Standing standing, int renaming) {
    List<int[]> known = switch (standing) {
      case SPENT -> spentNames;
      case LATE -> lateNames;
      case OPEN, DEAD -> names;
    };
    return known.get(number)[renaming];
  }

  /**
   * Leaves out what makes no difference to the receivers any more.
   *
   * @param mayForget whether receivers may still lose what they know of their leader
   */
  int[] withoutDead(int[] all, ScopeReplica[] receivers, boolean mayForget) {
    int[] alive = new int[all.length];
    BitSet seen = new BitSet();
    int count = 0;
    for (int number : all) {
      Standing standing = standing(number, receivers[position(number)], mayForget);
      if (standing == Standing.DEAD) {
        continue;
      }
      if (standing != Standing.OPEN) {
        int name = name(number, standing, 0);
        if (seen.get(name)) {
          continue;
        }
        seen.set(name);
      }
      alive[count++] = number;
    }
    return count == all.length ? all : Arrays.copyOf(alive, count);
  }

  /** The names of the messages under a renaming, as bits. */
  long[] names(int[] all, ScopeReplica[] receivers, boolean mayForget, int renaming) {
    long[] bits = new long[(forms.size() + 63) / 64];
    for (int number : all) {
      Standing standing = standing(number, receivers[position(number)], mayForget);
      int name = name(number, standing, renaming);
      bits[name >> 6] |= 1L << name;
    }
    return bits;
  }
}
