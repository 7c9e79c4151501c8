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
    for (int i = 0; i < renamings.length; i++) {
      ownNames[i] = name(CanonicalForm.of(message, renamings[i]));
      ownLateNames[i] = name(new byte[] {
        (byte) kind(message),
        (byte) renamings[i][(int) message.from().value()],
        (byte) renamings[i][(int) message.to().value()]
      });
    }
    messages.add(message);
    positions.add((int) message.to().value() - 1);
    names.add(ownNames);
    lateNames.add(ownLateNames);
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

  /** Leaves out what makes no difference to the receivers any more. */
  int[] withoutDead(int[] all, ScopeReplica[] receivers) {
    int[] alive = new int[all.length];
    BitSet late = new BitSet();
    int count = 0;
    for (int number : all) {
      ProtocolMessage message = messages.get(number);
      ScopeReplica receiver = receivers[position(number)];
      if (isDead(message, receiver)) {
        continue;
      }
      if (isLate(message, receiver)) {
        int name = lateNames.get(number)[0];
        if (late.get(name)) {
          continue;
        }
        late.set(name);
      }
      alive[count++] = number;
    }
    return count == all.length ? all : Arrays.copyOf(alive, count);
  }

  /** The names of the messages under a renaming, as bits. */
  long[] names(int[] all, ScopeReplica[] receivers, int renaming) {
    long[] bits = new long[(forms.size() + 63) / 64];
    for (int number : all) {
      boolean late = isLate(messages.get(number), receivers[position(number)]);
      int name = (late ? lateNames : names).get(number)[renaming];
      bits[name >> 6] |= 1L << name;
    }
    return bits;
  }
}
