package io.github.balsaraft.testing.simulation.checks;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.testing.simulation.world.Observer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks after every event of a simulated group that what Raft promises holds (Raft paper, figure 3, and what DESIGN says of
 * durability, terms, votes and configurations). It goes by traces, durable writes, messages and applied commands, so by
 * nothing that the library doesn't show everybody, and does its arithmetic itself.
 *
 * <p>Must have seen the run from its beginning, and one group only. Takes about as long for the millionth event as for the
 * first. It never throws, since a runtime logs what a trace sink throws and goes on: whoever runs the simulation asks for {@link
 * #violation} after each event. Not thread-safe.
 */
public final class Checks implements Observer {

  private final Group group = new Group();
  private final ElectionRules elections = new ElectionRules(group);
  private final CommitRules commits = new CommitRules(group, elections);
  private final PromiseRules promises = new PromiseRules(group, commits);
  private final StorageRules storage = new StorageRules(group);
  private final TracedSteps steps = new TracedSteps(group, elections, commits, promises, storage);
  private final AppliedCommands applied = new AppliedCommands();
  private final ApplyRules applies = new ApplyRules(group, applied);
  private final SnapshotRules snapshots = new SnapshotRules(group, applied);
  private @Nullable Violation violation;

  /** Has seen nothing yet. */
  public Checks() {}

  /** The first violation; null as long as there is none. Nothing is checked after it. */
  public @Nullable Violation violation() {
    return violation;
  }

  /** What was applied so far. Complete up to the first violation. */
  public AppliedCommands applied() {
    return applied;
  }

  /**
   * A committed command that nobody has applied, or that one of these hosts has not, for people; null if there is none. The last of what
   * is committed is on its way everywhere as long as a run goes on, so that this is for its end.
   */
  public @Nullable String unapplied(List<HostId> upToDate) {
    return applies.unapplied(upToDate);
  }

  /** Up to where the log is committed. */
  public long committedIndex() {
    return group.committed.last().index();
  }

  /** The latest configuration that is committed; {@link Configuration#EMPTY} if none is. */
  public Configuration committedConfiguration() {
    return group.entries.configurationOf(group.committed.last()).configuration();
  }

  /** Who was elected in the highest term so far; null before the first election. It need not be alive. */
  public @Nullable ReplicaId latestLeader() {
    ReplicaModel leader = elections.latestLeader();
    return leader == null ? null : leader.id;
  }

  /** The replica that a host has on its disk, or had there when it was wiped; null if it has none yet. */
  public @Nullable ReplicaId replicaOn(HostId host) {
    ReplicaModel replica = group.on(host);
    return replica == null ? null : replica.id;
  }

  /** Whether a replica has stored the committed entry at this index, as far as nobody has damaged its disk. */
  public boolean isStoredBy(ReplicaId id, long committedIndex) {
    ReplicaModel replica = group.find(id);
    EntryId entry = group.entries.at(group.committed.last(), committedIndex);
    return replica != null && group.entries.contains(replica.stored.last, entry);
  }

  @Override
  public void onStep(HostId host, int life, TraceEvent step) {
    check(() -> steps.onStep(host, life, step));
  }

  @Override
  public void onDurable(HostId host, int life, LogWrite write) {
    check(() -> storage.onDurable(host, write));
  }

  @Override
  public void onSent(HostId from, HostId to, GroupMessage message, long number) {
    check(() -> promises.onSent(message.message()));
  }

  @Override
  public void onApplied(HostId host, int life, Command command, byte[] result) {
    check(() -> applies.onApplied(host, life, command, result));
  }

  @Override
  public void onCaptured(HostId host, int life, long index, long contentChecksum) {
    check(() -> snapshots.captured(index, contentChecksum));
  }

  @Override
  public void onRestored(HostId host, int life, long index, long contentChecksum) {
    check(() -> snapshots.restored(host, life, index, contentChecksum));
  }

  @Override
  public void onHeld(HostId host, int life, EntryId entry) {
    check(() -> applies.onHeld(host, life, entry));
  }

  private void check(Runnable rules) {
    if (violation != null) {
      return;
    }
    try {
      rules.run();
    } catch (Found e) {
      violation = e.violation();
    } catch (RuntimeException e) {
      // Not a rule, but a check that did not expect what it saw. It must not be lost either.
      violation = new Violation(Violation.Kind.CHECK_FAILED, String.valueOf(e.getMessage()), e);
    }
  }
}
