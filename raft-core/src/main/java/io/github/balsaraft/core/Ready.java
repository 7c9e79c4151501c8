package io.github.balsaraft.core;

import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.SnapshotHeader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a batch of inputs asks the runtime to do. The parts may be done in any order and at the same time.
 *
 * @param messages to send now. Whatever they claim to be durable is: those that depend on an unfinished write stay in the
 *     core until {@link RaftCore#written} has said that it is done
 * @param write to make durable, or null
 * @param fetch a snapshot to fetch from another replica, or null
 * @param install a fetched snapshot that takes the place of the state machine's state, or null; comes before {@code committed}
 * @param committed entries that may be applied now, or null
 * @param loads older entries to read from the log store for other members
 * @param reads linearizable reads whose wait is over
 * @param roleChanges in the order in which they happened
 * @param changes changes of the configuration that came to an end
 * @param lostProposalsFrom proposals at this index and above, appended by this replica as a leader and not committed, or not
 *     handed out before an installed snapshot covered them, have
 *     an unknown outcome from now on; 0 for none
 * @param logTimeCutMillis by how much a jump of the wall clock was cut short; 0 for none
 * @param transfers what became of requests to hand leadership over
 * @param repaired whether the last entry that was damaged here is whole again
 */
public record Ready(
    List<ProtocolMessage> messages,
    @Nullable CoreWrite write,
    @Nullable Fetch fetch,
    @Nullable Install install,
    @Nullable Committed committed,
    List<Load> loads,
    List<ReadOutcome> reads,
    List<RoleChange> roleChanges,
    List<ChangeOutcome> changes,
    long lostProposalsFrom,
    long logTimeCutMillis,
    List<TransferOutcome> transfers,
    boolean repaired) {

  /** Whether there is nothing to do. */
  public boolean isEmpty() {
    return messages.isEmpty()
        && write == null
        && fetch == null
        && install == null
        && committed == null
        && loads.isEmpty()
        && reads.isEmpty()
        && roleChanges.isEmpty()
        && changes.isEmpty()
        && lostProposalsFrom == 0
        && logTimeCutMillis == 0
        && transfers.isEmpty()
        && !repaired;
  }

  /**
   * Entries that are committed, and durable here. They can't change any more, so that they may be read back from the log
   * store at any time.
   *
   * @param generation that of the last {@link Install} before it, 0 if there was none: what is still to be applied of an
   *     earlier generation is covered by that snapshot, and may be gone from the log store
   * @param fromIndex follows the last index handed out before, or that of the installed snapshot
   * @param toIndex inclusive
   * @param recent the entries, or their end, as far as they are in memory: contiguous up to {@code toIndex}; may be empty
   */
  public record Committed(long generation, long fromIndex, long toIndex, List<EntryBatch> recent) {}

  /**
   * A snapshot to fetch, to verify and to make durable. {@link RaftCore#snapshotReceived} or {@link RaftCore#snapshotFailed}
   * answers it, and it must end within bounded time. It takes the place of an earlier one, whose result would be ignored.
   *
   * @param generation grows with every fetch; to be given back with the answer
   * @param source whom to fetch it from
   * @param atLeast the snapshot must cover the log at least up to here; the source's newest is best
   */
  public record Fetch(long generation, ReplicaId source, EntryId atLeast) {}

  /**
   * A fetched snapshot from which the state machine must be restored, before any entry that is handed out with or after this.
   * Entries handed out earlier need not be applied any more. The write of the same {@link Ready} lets the log follow.
   *
   * @param generation that of the {@link Fetch}
   * @param header of the snapshot
   */
  public record Install(long generation, SnapshotHeader header) {}

  /**
   * Entries to read from the log store, for a follower that lags or for a member that has damaged its own. {@link
   * RaftCore#loaded} answers it, with none if they could not be read.
   *
   * @param follower for which member
   * @param generation to be given back with the answer
   * @param fromIndex the first index
   * @param toIndex the last index, inclusive
   * @param maxBytes how much to read at most
   */
  public record Load(
      ReplicaId follower, long generation, long fromIndex, long toIndex, long maxBytes) {}

  /**
   * The end of a linearizable read's wait.
   *
   * @param readId which one
   * @param index it may be answered from a state that has applied this index; -1 if it was refused
   * @param refusal why it was refused; else empty
   * @param leaseUntilNanos if it may be answered by a lease: only if the answer is there before this moment of the clock that
   *     {@link RaftCore#advanceTo} is given, read anew; else {@link Long#MAX_VALUE}
   */
  public record ReadOutcome(long readId, long index, String refusal, long leaseUntilNanos) {

    private static final String TOO_MANY = "too many reads wait already";

    /** The end of a read by ReadIndex, which doesn't expire. */
    public ReadOutcome(long readId, long index, String refusal) {
      this(readId, index, refusal, Long.MAX_VALUE);
    }

    /** The end of one for which there is no room: it may be asked for again. */
    public static ReadOutcome tooMany(long readId) {
      return new ReadOutcome(readId, -1, TOO_MANY);
    }

    /** Whether it was refused because too many wait. */
    public boolean isOverload() {
      return refusal.equals(TOO_MANY);
    }

    /** Whether it may be answered. */
    public boolean isConfirmed() {
      return index >= 0;
    }
  }

  /**
   * Another role, or another leader.
   *
   * @param role the role from now on
   * @param term in this term
   * @param leader who leads, or null if unknown
   * @param reason for an operator
   */
  public record RoleChange(Role role, long term, @Nullable ReplicaId leader, String reason) {}

  /**
   * The end of a change of the configuration.
   *
   * @param changeId the number that its caller gave it
   * @param end what became of it
   * @param index of the configuration entry that ended it, as far as there is one; else 0
   * @param detail why, for an operator; empty if it is done
   * @param refusals all that speaks against it if it is refused; else empty
   */
  public record ChangeOutcome(
      long changeId, ChangeEnd end, long index, String detail, List<ChangeRefusal> refusals) {

    public ChangeOutcome {
      refusals = List.copyOf(refusals);
      if ((end == ChangeEnd.REFUSED) == refusals.isEmpty()) {
        throw new IllegalArgumentException("what is refused, and only that, has reasons: " + end);
      }
    }

    /** The end of a change that was accepted. */
    public ChangeOutcome(long changeId, ChangeEnd end, long index, String detail) {
      this(changeId, end, index, detail, List.of());
    }

    /** The end of a change that was not. */
    public static ChangeOutcome refused(long changeId, List<ChangeRefusal> refusals) {
      return new ChangeOutcome(
          changeId, ChangeEnd.REFUSED, 0, ChangeRefusal.details(refusals), refusals);
    }
  }

  /** What became of a change of the configuration. */
  public enum ChangeEnd {
    /** The group is what was asked for, by a committed configuration. */
    DONE,
    /** Nothing has changed. It may help to ask again if all reasons given pass by themselves. */
    REFUSED,
    /** Given up, because its time was over, it was called off, or another change came in between; the detail says what remains. */
    ABORTED,
    /** Leadership was lost. What is in the log may still be committed; asking the next leader goes on from there. */
    LOST
  }

  /**
   * The end of a request to hand leadership over (Raft thesis 3.10).
   *
   * @param transferId which one
   * @param end how it ended
   * @param target to whom; null if nobody was found
   * @param reason for an operator; empty if it was transferred
   * @param targetTold whether the target was told to campaign: then it may come to lead, however this has ended. If it wasn't, it
   *     won't by this request
   */
  public record TransferOutcome(
      long transferId, End end, @Nullable ReplicaId target, String reason, boolean targetTold) {

    /** How a transfer ends. */
    public enum End {
      /** The target leads. */
      TRANSFERRED,
      /** It did not begin, and won't as things are. */
      REFUSED,
      /** It did not begin; it may a little later, or at another member that leads. */
      NOT_NOW,
      /** It was given up because the target can't lead any more. */
      ABORTED,
      /** Another member leads now, or this one again. */
      SUPERSEDED,
      /** The target was not heard to lead by the deadline. */
      TIMED_OUT
    }
  }
}
