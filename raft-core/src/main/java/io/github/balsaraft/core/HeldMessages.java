package io.github.balsaraft.core;

import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.FetchEntries;
import io.github.balsaraft.model.FetchEntriesResponse;
import io.github.balsaraft.model.HeartbeatResponse;
import io.github.balsaraft.model.InstallSnapshotResponse;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReadIndexRequest;
import io.github.balsaraft.model.RemovedNotice;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.TransferRevocationResponse;
import io.github.balsaraft.model.VoteResponse;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Messages that wait for a write. Whatever is said to somebody again while the write hangs takes the place of what was said
 * before, so that a disk that hangs for hours costs a few messages for each member.
 *
 * <p>To leave a message out is always allowed, for any message may be lost. And nothing is missed by it: each of these either
 * says everything that the earlier one said, and says it of a later moment; or repeats a question, whose answer serves both.
 * An answer to a heartbeat is an answer to all before it: that the sender followed this leader after a later one was sent is
 * more than that it did so after an earlier one, and what it promised then holds until later (trap 25). Its stamp was given
 * when it was said, like any. Copies of entries are an exception: they are large, so only the last is kept, and whoever lacks the
 * others asks again.
 *
 * <p>What remains is in the order in which it was said.
 */
final class HeldMessages {

  private final ArrayDeque<Held> held = new ArrayDeque<>();

  /** Adds a message that may leave once this write is durable. */
  void add(long sequence, ProtocolMessage message) {
    if (isRepeated(message)) {
      for (Iterator<Held> each = held.iterator(); each.hasNext(); ) {
        ProtocolMessage earlier = each.next().message;
        if (isSaidAgain(earlier, message)) {
          if (saysMore(earlier, message)) {
            return;
          }
          each.remove();
          break;
        }
      }
    }
    held.addLast(new Held(sequence, message));
  }

  /** Hands out what may leave now that the writes up to this one are durable. */
  void release(long durable, Consumer<ProtocolMessage> free) {
    // Not sorted by sequence: a message may wait for the hard
    // state only, behind one that waits for the entries too.
    held.removeIf(waiting -> {
      boolean isFree = waiting.sequence <= durable;
      if (isFree) {
        free.accept(waiting.message);
      }
      return isFree;
    });
  }

  /** Forgets messages. */
  void removeIf(Predicate<ProtocolMessage> unwanted) {
    held.removeIf(waiting -> unwanted.test(waiting.message));
  }

  /** How many wait. */
  int size() {
    return held.size();
  }

  /**
   * Whether messages of its kind are sent again and again without a write of the sender in between. A leader's are not: its
   * term and vote are durable.
   */
  private static boolean isRepeated(ProtocolMessage message) {
    return message instanceof HeartbeatResponse
        || message instanceof AppendEntriesResponse
        || message instanceof InstallSnapshotResponse
        || message instanceof RequestPreVote
        || message instanceof PreVoteResponse
        || message instanceof VoteResponse
        || message instanceof ReadIndexRequest
        || message instanceof TransferRevocationResponse
        || message instanceof RemovedNotice
        || message instanceof FetchEntries
        || message instanceof FetchEntriesResponse;
  }

  /** Whether one of the two is enough. */
  private static boolean isSaidAgain(ProtocolMessage earlier, ProtocolMessage later) {
    if (earlier.getClass() != later.getClass() || !earlier.to().equals(later.to())) {
      return false;
    }
    if (earlier instanceof AppendEntriesResponse one
        && later instanceof AppendEntriesResponse other) {
      // A rejection says where to look, and not how much is durable.
      return one.isRejection() == other.isRejection();
    }
    if (earlier instanceof InstallSnapshotResponse one
        && later instanceof InstallSnapshotResponse other) {
      return one.status() == other.status();
    }
    if (earlier instanceof FetchEntries one && later instanceof FetchEntries other) {
      return one.entry().equals(other.entry());
    }
    return true;
  }

  /** Whether of two of which one is enough the earlier must stay, because requests may arrive late and in any order. */
  private static boolean saysMore(ProtocolMessage earlier, ProtocolMessage later) {
    if (earlier.term() != later.term()) {
      return earlier.term() > later.term();
    }
    if (earlier instanceof HeartbeatResponse one && later instanceof HeartbeatResponse other) {
      boolean oneFollows = one.isFollowing();
      boolean otherFollows = other.isFollowing();
      // An answer to a leader whose term is over says only that
      // this replica is alive, under a number of that term.
      return oneFollows == otherFollows ? one.sequence() > other.sequence() : oneFollows;
    }
    if (earlier instanceof InstallSnapshotResponse one
        && later instanceof InstallSnapshotResponse other) {
      return one.session() > other.session();
    }
    if (earlier instanceof AppendEntriesResponse one
        && later instanceof AppendEntriesResponse other) {
      return one.session() > other.session();
    }
    if (earlier instanceof VoteResponse one && later instanceof VoteResponse other) {
      return one.granted() && !other.granted();
    }
    if (earlier instanceof TransferRevocationResponse one
        && later instanceof TransferRevocationResponse other) {
      return one.transfer() > other.transfer();
    }
    // The same once more: the earlier one may wait for an earlier write.
    return earlier.equals(later);
  }

  private record Held(long sequence, ProtocolMessage message) {}
}
