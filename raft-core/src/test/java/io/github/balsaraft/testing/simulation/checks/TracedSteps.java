package io.github.balsaraft.testing.simulation.checks;

import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.model.trace.TraceEvent.Handler;
import io.github.balsaraft.model.trace.TraceMismatchException;
import io.github.balsaraft.model.trace.TraceReplayer;
import io.github.balsaraft.model.trace.TraceState;
import io.github.balsaraft.model.trace.TracedEntries;

/** Takes the steps of all replicas to the rules, and then lets the model of the replica follow. */
final class TracedSteps implements Handler {

  private final Group group;
  private final ElectionRules elections;
  private final CommitRules commits;
  private final PromiseRules promises;
  private final StorageRules storage;
  private final LogRules logs;
  private final ConfigurationRules configurations;
  private final TraceReplayer replayer = new TraceReplayer();

  /** Whose step it is. */
  private ReplicaModel replica;

  private TraceState state;

  TracedSteps(
      Group group,
      ElectionRules elections,
      CommitRules commits,
      PromiseRules promises,
      StorageRules storage) {
    this.group = group;
    this.elections = elections;
    this.commits = commits;
    this.promises = promises;
    this.storage = storage;
    this.logs = new LogRules(group, elections);
    this.configurations = new ConfigurationRules(group.entries);
  }

  void onStep(HostId host, int life, TraceEvent step) {
    replica = group.on(host, step.header().replica());
    state = step.header().state();
    if (step instanceof TraceEvent.Started) {
      requireLaterLife(life, step);
    } else {
      promises.step(replica, state);
      commits.step(replica, state);
    }
    requireNext(life, step);
    step.deliverTo(this);
    replica.follow(state);
    configurations.step(replica, state);
    try {
      // Last of all: what it has to say of a broken rule is less than what the rules say.
      replayer.replay(step);
    } catch (TraceMismatchException e) {
      throw Found.of(Violation.Kind.TRACE, host + " (life " + life + "): " + e.getMessage());
    }
  }

  private void requireLaterLife(int life, TraceEvent step) {
    if (life <= replica.life) {
      throw Found.of(Violation.Kind.TRACE, replica, "starts once more: " + step);
    }
  }

  /** A step that is missing would make the rules complain of those after it. */
  private void requireNext(int life, TraceEvent step) {
    boolean starts = step instanceof TraceEvent.Started;
    boolean isNext = step.header().number() == (starts ? 1 : replica.events + 1);
    if (!isNext || (!starts && life != replica.life)) {
      throw Found.of(
          Violation.Kind.TRACE,
          replica,
          "takes step " + step.header().number() + " of life " + life + " after " + replica.events
              + " steps: " + step);
    }
    if (starts) {
      replica.begin(life);
    }
    replica.events++;
  }

  @Override
  public void onStarted(TraceEvent.Started event) {
    promises.started(replica, event);
    storage.started(replica, event.term(), event.vote());
    logs.started(replica, event);
    configurations.started(replica, event);
    configurations.logChanged(replica);
    commits.isCommitted(replica, event.commitIndex());
    replica.appliedIndex = event.commitIndex();
  }

  @Override
  public void onRoleChanged(TraceEvent.RoleChanged event) {
    elections.roleChanged(replica, state);
  }

  @Override
  public void onVoted(TraceEvent.Voted event) {
    elections.voted(replica, state, event.candidate());
  }

  @Override
  public void onAppended(TraceEvent.Appended event) {
    TracedEntries run = event.entries();
    logs.appended(replica, state, run.term(), run.firstIndex(), run.lastIndex());
  }

  @Override
  public void onConfigurationAppended(TraceEvent.ConfigurationAppended event) {
    EntryId entry = event.entry();
    configurations.appended(replica, state, event);
    logs.appended(replica, state, entry.term(), entry.index(), entry.index());
    configurations.isEverywhere(replica, entry, event.configuration());
    configurations.logChanged(replica);
  }

  @Override
  public void onTruncated(TraceEvent.Truncated event) {
    logs.truncated(replica, state, event.fromIndex());
    configurations.logChanged(replica);
  }

  @Override
  public void onCompacted(TraceEvent.Compacted event) {
    logs.compacted(replica, event.base());
    commits.isCommitted(replica, event.base());
  }

  @Override
  public void onInstalled(TraceEvent.Installed event) {
    commits.isCommitted(replica, event.base());
    logs.installed(replica, event.base());
    configurations.installed(replica, event);
    configurations.logChanged(replica);
    replica.appliedIndex = Math.max(replica.appliedIndex, event.base().index());
  }

  @Override
  public void onRefilled(TraceEvent.Refilled event) {
    logs.refilled(replica, event.entry());
    if (event.configuration() != null) {
      configurations.isEverywhere(replica, event.entry(), event.configuration());
    }
  }

  @Override
  public void onWritten(TraceEvent.Written event) {
    storage.written(replica, event.durableIndex());
  }

  @Override
  public void onCommitted(TraceEvent.Committed event) {
    commits.committed(replica, state, event.index());
  }

  // ------------------------------------------------------------------ what changes nothing that is
  // checked here

  @Override
  public void onConfigurationApplied(TraceEvent.ConfigurationApplied event) {}

  @Override
  public void onSent(TraceEvent.Sent event) {}

  @Override
  public void onReceived(TraceEvent.Received event) {}

  @Override
  public void onReadBegun(TraceEvent.ReadBegun event) {}

  @Override
  public void onReadEnded(TraceEvent.ReadEnded event) {}

  @Override
  public void onLeaseRead(TraceEvent.LeaseRead event) {}

  @Override
  public void onTransferBegun(TraceEvent.TransferBegun event) {}

  @Override
  public void onTransferGivenUp(TraceEvent.TransferGivenUp event) {}

  @Override
  public void onTransferEnded(TraceEvent.TransferEnded event) {}

  @Override
  public void onChangeEnded(TraceEvent.ChangeEnded event) {}
}
