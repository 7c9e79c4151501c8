package io.github.balsaraft.node;

import io.github.balsaraft.api.RaftMetric;
import io.github.balsaraft.core.CoreView;
import io.github.balsaraft.core.CoreWrite;
import io.github.balsaraft.core.RaftCore;
import io.github.balsaraft.core.Ready;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.node.RateLimitedLog.Subject;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogWrite;
import java.util.List;

/**
 * Does what the core asks for: sends, writes, reads old entries, and passes on what has come to an end. Used by the mailbox's
 * thread only; what takes long is done on other threads, and reported as a completion.
 */
final class LoopOutput {

  /** Hears how things ended that were done elsewhere. Called on any thread; what it hears is for the core, or for no one. */
  interface Completions {
    /** See {@link RaftCore#written}. */
    void written(long sequence);

    /** See {@link RaftCore#loaded}. */
    void loaded(Ready.Load load, List<EntryBatch> batches);

    /** What was found means that this replica can't go on. */
    void broken(Throwable cause);
  }

  private final ReplicaContext context;
  private final RequestFlows flows;
  private final SnapshotFlow snapshots;
  private final Completions completions;
  private final EntryLoader loader;
  private final ApplyLag applyLag;
  private final LeaderTimes leaderTimes;
  private final LossLog losses;
  private String lastRoleReason = "";

  LoopOutput(
      ReplicaContext context, RequestFlows flows, SnapshotFlow snapshots, Completions completions) {
    this.context = context;
    this.flows = flows;
    this.snapshots = snapshots;
    this.completions = completions;
    this.loader = new EntryLoader(context, completions);
    this.losses = new LossLog(context.log(), context::nowNanos, context.peers()::nameOf);
    this.applyLag = new ApplyLag(context.metrics());
    this.leaderTimes = new LeaderTimes(context.metrics(), context.nowNanos());
    flows
        .pipeline()
        .afterApply(() -> applyLag.applied(flows.pipeline().appliedIndex(), context.nowNanos()));
  }

  void perform(RaftCore running, Ready ready) {
    // Most turns have nothing of most kinds, and each of them comes through here.
    if (!ready.roleChanges().isEmpty()) {
      ready.roleChanges().forEach(this::roleChanged);
      flows
          .proposals()
          .leaderIs(running.view().leader(), running.view().hardState().term());
    }
    // Before anything is sent: who was just added is found by its configuration.
    if (context.peers().follow(running.view().configuration())) {
      info(Subject.MEMBERS, "members are " + running.view().configuration());
    }
    if (ready.logTimeCutMillis() > 0) {
      warn(
          Subject.CLOCK,
          "the wall clock jumped ahead; log time ignores " + ready.logTimeCutMillis()
              + " ms of it");
    }
    if (ready.repaired()) {
      info(Subject.ROLE, "all its damaged entries are repaired");
    }
    snapshots.observe(running.view());
    Ready.Install install = ready.install();
    if (install != null) {
      // Before the write, which takes away the entries that it stands in for.
      snapshots.install(install);
    }
    CoreWrite write = ready.write();
    if (write != null) {
      write(write);
    }
    context.peers().send(ready.messages());
    Ready.Fetch fetch = ready.fetch();
    if (fetch != null) {
      snapshots.fetch(fetch);
    }
    Ready.Committed committed = ready.committed();
    if (committed != null) {
      long nowNanos = context.nowNanos();
      applyLag.committed(committed.toIndex(), nowNanos);
      flows.proposals().committed(committed, nowNanos);
    }
    if (ready.lostProposalsFrom() > 0) {
      flows.proposals().lostFrom(ready.lostProposalsFrom());
    }
    if (!ready.changes().isEmpty()) {
      ready.changes().forEach(outcome -> flows.memberships().ended(outcome, running.view()));
    }
    if (!ready.loads().isEmpty()) {
      ready.loads().forEach(loader::load);
    }
    if (!ready.reads().isEmpty()) {
      ready.reads().forEach(flows.reads()::decided);
    }
    losses.observe(running.view().lostEntries());
    flows.transfers().observe(running.view());
    if (!ready.transfers().isEmpty()) {
      ready.transfers().forEach(outcome -> flows.transfers().ended(outcome, running.view()));
    }
    context.events().observe(running.view());
  }

  private void roleChanged(Ready.RoleChange change) {
    leaderTimes.roleChanged(change, context.nowNanos());
    context.events().roleChanged(change);
    ReplicaId leader = change.leader();
    String under = leader == null || leader.equals(context.self())
        ? ""
        : " under " + context.peers().nameOf(leader);
    String line = change.role() + " in term " + change.term() + under + ": " + change.reason();
    // A member without a quorum asks again every second or two, maybe for days: once is enough.
    if (!line.equals(lastRoleReason)) {
      info(Subject.ROLE, line);
    }
    lastRoleReason = line;
  }

  /** Takes a look, between two steps. */
  void measure(CoreView core, Freshness freshness) {
    leaderTimes.observe(core, freshness.freshNanos(), context.nowNanos());
  }

  private void write(CoreWrite write) {
    if (!write.refill().isEmpty()) {
      // No log store starts with damaged entries so far: it refuses such a log.
      throw new UnsupportedOperationException("log stores can't repair entries yet: " + write);
    }
    GroupWrite groupWrite = new GroupWrite(
        context.group(),
        null,
        write.hardState(),
        write.truncateFrom(),
        write.base(),
        write.append());
    long beginNanos = context.nowNanos();
    count(write.append());
    context.host().writer().write(LogWrite.of(List.of(groupWrite)), () -> {
      context.metrics().record(RaftMetric.LOG_DURABLE_NANOS, context.nowNanos() - beginNanos, 1);
      completions.written(write.sequence());
    });
  }

  private void count(List<EntryBatch> appended) {
    NodeMetrics metrics = context.metrics();
    metrics.add(RaftMetric.LOG_WRITES, 1);
    for (EntryBatch batch : appended) {
      metrics.add(RaftMetric.LOG_APPENDED_ENTRIES, batch.count());
      metrics.add(RaftMetric.LOG_APPENDED_BYTES, batch.sizeInBytes());
    }
  }

  private void info(Subject subject, String message) {
    context.log().info(context.nowNanos(), subject, message);
  }

  private void warn(Subject subject, String message) {
    context.log().warn(context.nowNanos(), subject, message);
  }
}
