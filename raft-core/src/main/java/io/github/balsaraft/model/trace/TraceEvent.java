package io.github.balsaraft.model.trace;

import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * One step of one replica: what has changed, and under {@link #header} the state that it led to. Each record calls its own
 * method on a {@link Handler}: an event that is added then fails to compile until it has a form as text and the replayer
 * understands it.
 */
public sealed interface TraceEvent {

  /** Whose step it is, when, and what state it led to. */
  TraceHeader header();

  /** Calls the handler's method for this kind of event. */
  void deliverTo(Handler handler);

  /**
   * A process starts as a follower of nobody, with what was durable. The first event of each life of a replica.
   *
   * @param term the stored term
   * @param vote who has its vote in that term, or null
   * @param base the position just before the first entry of the log
   * @param termStarts the first position of each term in the log, ascending
   * @param last the end of the log
   * @param durableIndex up to where it is durable
   * @param commitIndex what it knows to be committed
   * @param configurations by index: the one in force at {@code commitIndex}, and those above it in the log
   */
  record Started(
      TraceHeader header,
      long term,
      @Nullable ReplicaId vote,
      EntryId base,
      List<EntryId> termStarts,
      EntryId last,
      long durableIndex,
      long commitIndex,
      SortedMap<Long, Configuration> configurations)
      implements TraceEvent {
    @Override
    public void deliverTo(Handler handler) {
      handler.onStarted(this);
    }
  }

  /**
   * Becomes a follower, pre-candidate, candidate or leader, or a follower of another leader. The term may change with it:
   * nobody has the replica's vote in a new term yet, but a candidate's is its own.
   *
   * @param role the role from now on
   * @param term in this term
   * @param leader who leads, or null if unknown
   * @param reason for an operator
   */
  record RoleChanged(
      TraceHeader header, Role role, long term, @Nullable ReplicaId leader, String reason)
      implements TraceEvent {
    @Override
    public void deliverTo(Handler handler) {
      handler.onRoleChanged(this);
    }
  }

  /** Gives its vote of the current term to a candidate that asked for it. */
  record Voted(TraceHeader header, ReplicaId candidate) implements TraceEvent {
    @Override
    public void deliverTo(Handler handler) {
      handler.onVoted(this);
    }
  }

  /** Adds commands or a no-op to the end of the log. */
  record Appended(TraceHeader header, TracedEntries entries) implements TraceEvent {
    @Override
    public void deliverTo(Handler handler) {
      handler.onAppended(this);
    }
  }

  /** Adds a configuration to the end of the log. It is in force from here on. */
  record ConfigurationAppended(TraceHeader header, EntryId entry, Configuration configuration)
      implements TraceEvent {
    @Override
    public void deliverTo(Handler handler) {
      handler.onConfigurationAppended(this);
    }
  }

  /** Removes the entries at this index and above. If a configuration was among them, the one before is in force again. */
  record Truncated(TraceHeader header, long fromIndex) implements TraceEvent {
    @Override
    public void deliverTo(Handler handler) {
      handler.onTruncated(this);
    }
  }

  /** Forgets the entries up to this position: a snapshot of its own state stands in for them (Raft paper 7). */
  record Compacted(TraceHeader header, EntryId base) implements TraceEvent {
    @Override
    public void deliverTo(Handler handler) {
      handler.onCompacted(this);
    }
  }

  /**
   * A snapshot that was fetched takes the place of the whole log, which goes on after it. Until the next {@link Written} event
   * what was durable before counts.
   *
   * @param base the last entry that the snapshot covers; it is committed
   * @param configuration in force from now on
   * @param configurationIndex the index of that configuration's entry; 0 if it has none
   */
  record Installed(
      TraceHeader header, EntryId base, Configuration configuration, long configurationIndex)
      implements TraceEvent {
    @Override
    public void deliverTo(Handler handler) {
      handler.onInstalled(this);
    }
  }

  /**
   * What a damaged entry of the log was is known again.
   *
   * @param configuration if it is one, in force from here on unless there is a later one; else null
   */
  record Refilled(
      TraceHeader header, EntryId entry, @Nullable Configuration configuration)
      implements TraceEvent {
    @Override
    public void deliverTo(Handler handler) {
      handler.onRefilled(this);
    }
  }

  /** A write is done, and the log is durable up to this index. */
  record Written(TraceHeader header, long sequence, long durableIndex) implements TraceEvent {
    @Override
    public void deliverTo(Handler handler) {
      handler.onWritten(this);
    }
  }

  /** Learns, or as a leader decides, that the entries up to this index are committed. */
  record Committed(TraceHeader header, long index) implements TraceEvent {
    @Override
    public void deliverTo(Handler handler) {
      handler.onCommitted(this);
    }
  }

  /** The configuration at this index is committed, and can't be truncated any more. Follows a {@link Committed}. */
  record ConfigurationApplied(TraceHeader header, long index) implements TraceEvent {
    @Override
    public void deliverTo(Handler handler) {
      handler.onConfigurationApplied(this);
    }
  }

  /**
   * A message leaves. A message that depends on a write is decided earlier and kept back; this event is told when nothing
   * keeps it back any more, so that the sender may have moved on to a later term.
   */
  record Sent(TraceHeader header, TracedMessage message) implements TraceEvent {
    @Override
    public void deliverTo(Handler handler) {
      handler.onSent(this);
    }
  }

  /** A well-formed message arrives; what it leads to follows. The header's state is the one before. */
  record Received(TraceHeader header, TracedMessage message) implements TraceEvent {
    @Override
    public void deliverTo(Handler handler) {
      handler.onReceived(this);
    }
  }

  /** A linearizable read begins. */
  record ReadBegun(TraceHeader header, long readId) implements TraceEvent {
    @Override
    public void deliverTo(Handler handler) {
      handler.onReadBegun(this);
    }
  }

  /**
   * A linearizable read may be answered, or was refused. Told with the output of a batch of inputs, so that other steps of
   * the batch may come between the decision and this.
   *
   * @param index it may be answered from a state that has applied this index; -1 if it was refused
   * @param refusal why it was refused; else empty
   */
  record ReadEnded(TraceHeader header, long readId, long index, String refusal)
      implements TraceEvent {
    @Override
    public void deliverTo(Handler handler) {
      handler.onReadEnded(this);
    }
  }

  /**
   * A leader's lease answers a read (Raft thesis 6.4.1), which has begun just before. The {@link ReadEnded} of it follows, as of
   * any other read.
   *
   * @param untilNanos the answer counts only if it is there before this moment of the replica's clock
   */
  record LeaseRead(TraceHeader header, long readId, long untilNanos) implements TraceEvent {
    @Override
    public void deliverTo(Handler handler) {
      handler.onLeaseRead(this);
    }
  }

  /**
   * A leader begins to hand its office over (Raft thesis 3.10), because somebody has asked for it or because its office ends. It
   * appends nothing until it has another role, or gives the transfer up.
   *
   * @param transfer counts the transfers of the leader's term from 1
   */
  record TransferBegun(TraceHeader header, ReplicaId target, long transfer) implements TraceEvent {
    @Override
    public void deliverTo(Handler handler) {
      handler.onTransferBegun(this);
    }
  }

  /** A leader gives up handing its office over, and appends again. The target may have been told to campaign all the same. */
  record TransferGivenUp(TraceHeader header, ReplicaId target, long transfer)
      implements TraceEvent {
    @Override
    public void deliverTo(Handler handler) {
      handler.onTransferGivenUp(this);
    }
  }

  /**
   * What whoever has asked for a transfer of leadership is told. Told with the output of a batch of inputs.
   *
   * @param request the number that the caller gave it
   * @param end {@link End#TRANSFERRED}, {@link End#REFUSED}, {@link End#ABORTED} or {@link End#TIMED_OUT}
   * @param target to whom; null if nobody was found
   * @param reason for people; empty if it was transferred
   */
  record TransferEnded(
      TraceHeader header, long request, End end, @Nullable ReplicaId target, String reason)
      implements TraceEvent {
    @Override
    public void deliverTo(Handler handler) {
      handler.onTransferEnded(this);
    }
  }

  /**
   * What whoever has asked for a change of the configuration is told. Told with the output of a batch of inputs.
   *
   * @param change the number that the caller gave it
   * @param end {@link End#DONE}, {@link End#REFUSED}, {@link End#ABORTED} or {@link End#LOST}
   * @param index of the configuration that ended it, as far as there is one; else 0
   * @param detail for people; empty if it is done
   * @param refusals all that speaks against it if it is refused; else empty
   */
  record ChangeEnded(
      TraceHeader header,
      long change,
      End end,
      long index,
      String detail,
      List<ChangeRefusal> refusals)
      implements TraceEvent {
    @Override
    public void deliverTo(Handler handler) {
      handler.onChangeEnded(this);
    }
  }

  /** What became of a request. */
  enum End {
    /** A change: the group is what was asked for. */
    DONE,
    /** A transfer: the target leads. */
    TRANSFERRED,
    /** Nothing has begun. */
    REFUSED,
    /** Given up. */
    ABORTED,
    /** A change: leadership was lost; what is in the log may still be committed. */
    LOST,
    /** A transfer: the target was not heard to lead in time. */
    TIMED_OUT
  }

  /** One method for each kind of event. */
  interface Handler {
    void onStarted(Started event);

    void onRoleChanged(RoleChanged event);

    void onVoted(Voted event);

    void onAppended(Appended event);

    void onConfigurationAppended(ConfigurationAppended event);

    void onTruncated(Truncated event);

    void onCompacted(Compacted event);

    void onInstalled(Installed event);

    void onRefilled(Refilled event);

    void onWritten(Written event);

    void onCommitted(Committed event);

    void onConfigurationApplied(ConfigurationApplied event);

    void onSent(Sent event);

    void onReceived(Received event);

    void onReadBegun(ReadBegun event);

    void onReadEnded(ReadEnded event);

    void onLeaseRead(LeaseRead event);

    void onTransferBegun(TransferBegun event);

    void onTransferGivenUp(TransferGivenUp event);

    void onTransferEnded(TransferEnded event);

    void onChangeEnded(ChangeEnded event);
  }
}
