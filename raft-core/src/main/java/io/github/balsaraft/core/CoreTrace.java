package io.github.balsaraft.core;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.SnapshotHeader;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.model.trace.TraceHeader;
import io.github.balsaraft.model.trace.TraceSink;
import io.github.balsaraft.model.trace.TraceState;
import io.github.balsaraft.model.trace.TracedEntries;
import io.github.balsaraft.model.trace.TracedMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells the {@link TraceSink} of every step, just after the state has changed and before anything follows from it. While
 * tracing is off each method costs one comparison and makes no object.
 */
final class CoreTrace {

  private final CoreContext context;
  private final TraceSink sink;
  private final boolean on;
  private final boolean withMessages;

  private long events;
  private Role role = Role.FOLLOWER;
  private @Nullable ReplicaId leader;

  CoreTrace(CoreContext context, TraceSink sink) {
    this.context = context;
    this.sink = sink;
    this.on = sink != TraceSink.OFF;
    this.withMessages = on && sink.wantsMessages();
  }

  private TraceHeader header() {
    TraceState state = new TraceState(
        context.term(),
        context.votedFor(),
        role,
        leader,
        context.commitIndex(),
        context.lastEntry(),
        context.configurations.latestIndex());
    return new TraceHeader(context.self, ++events, context.nowNanos(), state);
  }

  void started() {
    if (on) {
      sink.record(new TraceEvent.Started(
          header(),
          context.term(),
          context.votedFor(),
          context.log.at(context.log.firstIndex() - 1),
          context.log.termStarts(),
          context.lastEntry(),
          context.log.durableIndex(),
          context.commitIndex(),
          context.configurations.all()));
    }
  }

  /** Another role, or another leader; a new term, and a candidate's vote for itself, are part of this step. */
  void roleChanged(RoleState next, String reason) {
    if (on) {
      role = next.role();
      leader = next.leader();
      sink.record(
          new TraceEvent.RoleChanged(header(), next.role(), context.term(), next.leader(), reason));
    }
  }

  void voted(ReplicaId candidate) {
    if (on) {
      sink.record(new TraceEvent.Voted(header(), candidate));
    }
  }

  void appended(EntryBatch batch) {
    if (!on) {
      return;
    }
    if (batch.type() == EntryType.CONFIGURATION) {
      Configuration configuration = Configuration.decode(batch.singlePayload());
      sink.record(new TraceEvent.ConfigurationAppended(header(), batch.last(), configuration));
    } else {
      sink.record(new TraceEvent.Appended(header(), TracedEntries.of(batch)));
    }
  }

  void truncated(long fromIndex) {
    if (on) {
      sink.record(new TraceEvent.Truncated(header(), fromIndex));
    }
  }

  void compacted() {
    if (on) {
      sink.record(new TraceEvent.Compacted(header(), context.log.base()));
    }
  }

  void refilled(EntryId entry, @Nullable Configuration configuration) {
    if (on) {
      sink.record(new TraceEvent.Refilled(header(), entry, configuration));
    }
  }

  void installed(SnapshotHeader snapshot) {
    if (on) {
      sink.record(new TraceEvent.Installed(
          header(), snapshot.last(), snapshot.configuration(), snapshot.configurationIndex()));
    }
  }

  void written(long sequence) {
    if (on) {
      sink.record(new TraceEvent.Written(header(), sequence, context.log.durableIndex()));
    }
  }

  /** Called before the configurations forget those that can't come back in force. */
  void committed(long fromIndex, long toIndex) {
    if (on) {
      sink.record(new TraceEvent.Committed(header(), toIndex));
      if (context.configurations.latestIndex() > fromIndex) {
        for (long index :
            context.configurations.all().subMap(fromIndex + 1, toIndex + 1).keySet()) {
          sink.record(new TraceEvent.ConfigurationApplied(header(), index));
        }
      }
    }
  }

  void sent(ProtocolMessage message) {
    if (withMessages) {
      sink.record(new TraceEvent.Sent(header(), TracedMessage.of(message)));
    }
  }

  void received(ProtocolMessage message) {
    if (withMessages) {
      sink.record(new TraceEvent.Received(header(), TracedMessage.of(message)));
    }
  }

  void readBegun(long readId) {
    if (on) {
      sink.record(new TraceEvent.ReadBegun(header(), readId));
    }
  }

  void leaseRead(long readId, long untilNanos) {
    if (on) {
      sink.record(new TraceEvent.LeaseRead(header(), readId, untilNanos));
    }
  }

  void transferBegun(ReplicaId target, long transfer) {
    if (on) {
      sink.record(new TraceEvent.TransferBegun(header(), target, transfer));
    }
  }

  void transferGivenUp(ReplicaId target, long transfer) {
    if (on) {
      sink.record(new TraceEvent.TransferGivenUp(header(), target, transfer));
    }
  }

  void transfersEnded(List<Ready.TransferOutcome> outcomes) {
    if (on) {
      for (Ready.TransferOutcome outcome : outcomes) {
        TraceEvent.End end = switch (outcome.end()) {
          case TRANSFERRED -> TraceEvent.End.TRANSFERRED;
          case REFUSED, NOT_NOW -> TraceEvent.End.REFUSED;
          case ABORTED, SUPERSEDED -> TraceEvent.End.ABORTED;
          case TIMED_OUT -> TraceEvent.End.TIMED_OUT;
        };
        sink.record(new TraceEvent.TransferEnded(
            header(), outcome.transferId(), end, outcome.target(), outcome.reason()));
      }
    }
  }

  void changesEnded(List<Ready.ChangeOutcome> outcomes) {
    if (on) {
      for (Ready.ChangeOutcome outcome : outcomes) {
        TraceEvent.End end = switch (outcome.end()) {
          case DONE -> TraceEvent.End.DONE;
          case REFUSED -> TraceEvent.End.REFUSED;
          case ABORTED -> TraceEvent.End.ABORTED;
          case LOST -> TraceEvent.End.LOST;
        };
        sink.record(new TraceEvent.ChangeEnded(
            header(),
            outcome.changeId(),
            end,
            outcome.index(),
            outcome.detail(),
            outcome.refusals()));
      }
    }
  }

  void readsEnded(List<Ready.ReadOutcome> outcomes) {
    if (on) {
      for (Ready.ReadOutcome outcome : outcomes) {
        sink.record(new TraceEvent.ReadEnded(
            header(), outcome.readId(), outcome.index(), outcome.refusal()));
      }
    }
  }
}
