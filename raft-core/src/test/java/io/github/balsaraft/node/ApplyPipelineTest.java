package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.SnapshotReader;
import io.github.balsaraft.api.SnapshotView;
import io.github.balsaraft.api.SnapshottingStateMachine;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.core.Ready;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.ReplicaRecord;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.storage.RecoveredState;
import io.github.balsaraft.testing.EchoMachine;
import io.github.balsaraft.testing.simulation.world.SimulatedEnvironment;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ApplyPipelineTest {

  private static final GroupId GROUP = GroupId.DEFAULT;

  private final VirtualTime time = new VirtualTime();
  private final SimulatedEnvironment environment = SimulatedEnvironment.alone(time);
  private final Store store = new Store();
  private final List<String> applied = new ArrayList<>();
  private final List<String> events = new ArrayList<>();
  private String throwing = "";
  private ApplyPipeline pipeline = pipeline(1 << 20);
  private final NextEntries log = new NextEntries();

  private ApplyPipeline pipeline(long maxQueuedBytes) {
    return pipeline(new Machine(), maxQueuedBytes);
  }

  private ApplyPipeline pipeline(StateMachine machine, long maxQueuedBytes) {
    return new ApplyPipeline(
        GROUP,
        machine,
        store,
        0,
        maxQueuedBytes,
        environment,
        (what, cause) -> events.add("failed: " + what),
        () -> {});
  }

  private final class Machine extends EchoMachine {
    @Override
    public byte[] apply(Command command) {
      String text = new String(command.bytes(), UTF_8);
      if (text.equals(throwing)) {
        throw new IllegalStateException("asked to throw");
      }
      if (text.equals("undeclared")) {
        applied.add(text);
        throw Undeclared.<RuntimeException>thrown();
      }
      if (text.equals("null")) {
        applied.add(text);
        return null;
      }
      applied.add(text);
      return ("r" + applied.size()).getBytes(UTF_8);
    }
  }

  /** Counts what is read back, and can stop to work. */
  private static final class Store implements LogStore {
    final MemoryLogStore log = new MemoryLogStore();
    int reads;
    boolean broken;
    boolean forgetful;
    boolean hasty;

    Store() {
      log.write(LogWrite.of(List.of(GroupWrite.ofReplica(
          GROUP, new ReplicaRecord(new ReplicaId(1), ReplicaRecord.State.MEMBER)))));
    }

    @Override
    public RecoveredState recover() {
      return log.recover();
    }

    @Override
    public void write(LogWrite write) {
      log.write(write);
    }

    @Override
    public List<EntryBatch> read(GroupId group, long fromIndex, long toIndex, long maxBytes) {
      reads++;
      if (broken) {
        throw new LogStoreException("unreadable");
      }
      if (forgetful) {
        assertThat(reads).as("reads of what isn't there").isLessThan(100);
        return List.of();
      }
      if (hasty) {
        return log.read(group, fromIndex + 1, toIndex + 1, maxBytes);
      }
      return log.read(group, fromIndex, toIndex, maxBytes);
    }

    @Override
    public Durability durability() {
      return Durability.SYNCED;
    }

    @Override
    public void close() {}
  }

  /** A batch at the end of the log, stored as well: committed entries are durable. */
  private EntryBatch batch(EntryType type, String... commands) {
    EntryBatch batch = log.next(type, commands);
    store.write(
        LogWrite.of(List.of(new GroupWrite(GROUP, null, null, 0, EntryId.NONE, List.of(batch)))));
    return batch;
  }

  private void commit(List<ProposalTracker.Run> runs, EntryBatch... batches) {
    pipeline.committed(
        new Ready.Committed(0, batches[0].firstIndex(), log.lastIndex(), List.of(batches)), runs);
  }

  /** Code that was not compiled by javac may throw what it doesn't declare; the command must not be applied again. */
  @Test
  void anUndeclaredExceptionStopsThePipelineToo() {
    commit(List.of(), batch(EntryType.COMMAND, "undeclared"));
    time.runFor(VirtualTime.SECONDS);
    commit(List.of(), batch(EntryType.COMMAND, "later"));
    time.runFor(VirtualTime.SECONDS);
    assertThat(applied).containsExactly("undeclared");
    assertThat(events).hasSize(1);
    assertThat(events.get(0)).startsWith("failed: applying the entry at 1 failed");
  }

  @Test
  void resultsGoToTheProposalsAtTheirIndexes() {
    List<Proposal> own = RecordedProposal.of("b", "c");
    commit(
        List.of(new ProposalTracker.Run(3, own, 0)),
        batch(EntryType.NO_OP, ""),
        batch(EntryType.COMMAND, "a", "b", "c", "d"));
    time.runFor(SECONDS);
    assertThat(applied).containsExactly("a", "b", "c", "d");
    assertThat(RecordedProposal.ends(own)).containsExactly("applied:r2", "applied:r3");
    assertThat(pipeline.appliedIndex()).isEqualTo(5);
  }

  @Test
  void whatExceedsTheBudgetIsReadBackInItsTurn() {
    pipeline = pipeline(1000);
    List<Proposal> own = RecordedProposal.of("x", "y");
    for (int i = 0; i < 50; i++) {
      commit(List.of(), batch(EntryType.COMMAND, "a" + i));
    }
    commit(
        List.of(new ProposalTracker.Run(log.lastIndex() + 1, own, 0)),
        batch(EntryType.COMMAND, "x", "y"));
    commit(List.of(), batch(EntryType.COMMAND, "z"));
    time.runFor(SECONDS);
    assertThat(applied).hasSize(53).startsWith("a0", "a1").endsWith("a49", "x", "y", "z");
    assertThat(RecordedProposal.ends(own)).containsExactly("applied:r51", "applied:r52");
    assertThat(store.reads).isPositive();
    // The budget is free again.
    store.reads = 0;
    commit(List.of(), batch(EntryType.COMMAND, "last"));
    time.runFor(SECONDS);
    assertThat(applied).endsWith("last");
    assertThat(store.reads).isZero();
  }

  /** A state machine that hangs for long must cost indexes, not memory: neither batches nor a task for each. */
  @Test
  void beyondTheBudgetNothingPilesUp() {
    List<Runnable> tasks = new ArrayList<>();
    environment.pace().applyTakes(0);
    pipeline = new ApplyPipeline(
        GROUP,
        new Machine(),
        store,
        0,
        1000,
        new ManualApply(environment, tasks),
        (what, cause) -> events.add(what),
        () -> {});
    for (int i = 0; i < 1000; i++) {
      commit(List.of(), batch(EntryType.COMMAND, "a" + i));
    }
    assertThat(pipeline.waitingTasks()).isLessThan(10);
    while (!tasks.isEmpty()) {
      tasks.remove(0).run();
    }
    assertThat(applied).hasSize(1000);
  }

  /** What is committed next is part of the note that waits, and offers nothing. */
  @Test
  @DisplayName("a note that got no turn gets one with what is committed next")
  void noTurnForANote() {
    List<Runnable> tasks = new ArrayList<>();
    boolean[] fails = {false};
    HostEnvironment outOfMemory = new ForwardedEnvironment(environment) {
      @Override
      public Executor apply() {
        return task -> {
          if (fails[0]) {
            fails[0] = false;
            throw new OutOfMemoryError("no room for a task (a test)");
          }
          tasks.add(task);
        };
      }
    };
    StateMachine machine = new EchoMachine() {
      @Override
      public byte[] apply(Command command) {
        String text = new String(command.bytes(), UTF_8);
        applied.add(text);
        if (text.equals("a")) {
          commit(List.of(), batch(EntryType.COMMAND, "b"));
          fails[0] = true;
        }
        return new byte[0];
      }
    };
    pipeline = new ApplyPipeline(
        GROUP, machine, store, 0, 0, outOfMemory, (what, cause) -> events.add(what), () -> {});
    commit(List.of(), batch(EntryType.COMMAND, "a"));
    tasks.remove(0).run();
    assertThat(applied).containsExactly("a");
    assertThat(tasks).as("none could be taken").isEmpty();
    commit(List.of(), batch(EntryType.COMMAND, "c"));
    while (!tasks.isEmpty()) {
      tasks.remove(0).run();
    }
    assertThat(applied).containsExactly("a", "b", "c");
    assertThat(events).isEmpty();
  }

  @Test
  void aReadWaitsForItsIndexAndNotForMore() {
    List<String> seen = new ArrayList<>();
    byte[] large = new byte[600 << 10];
    Payloads payloads = new Payloads(EntryType.COMMAND, large.length);
    payloads.add(large, Payloads.checksum(large));
    pipeline.read(
        2, Long.MAX_VALUE, () -> seen.add("at 2: " + applied.size()), seen::add, seen::add);
    pipeline.read(
        0, Long.MAX_VALUE, () -> seen.add("at once: " + applied.size()), seen::add, seen::add);
    commit(List.of(), batch(EntryType.COMMAND, "a"));
    time.runFor(MILLIS);
    assertThat(seen).containsExactly("at once: 0");
    commit(List.of(), batch(EntryType.COMMAND, "b"));
    for (int i = 0; i < 20; i++) {
      commit(List.of(), batch(EntryType.COMMAND, "x".repeat(600 << 10)));
    }
    time.runFor(SECONDS);
    assertThat(seen).hasSize(2);
    assertThat(seen.get(1)).startsWith("at 2: ");
    // Between slices, long before the rest is applied.
    assertThat(Integer.parseInt(seen.get(1).substring(6))).isBetween(2, 6);
    assertThat(applied).hasSize(22);
  }

  @Test
  @DisplayName("trap 28: a read waits for the snapshot that takes the place of what is not applied")
  void trap28_readWhileASnapshotIsAwaited() throws IOException {
    SnapshotRig rig = new SnapshotRig(RaftOptions.builder().build());
    SnapshotManifest fetched = rig.save(4, "state".getBytes(UTF_8));
    // Beyond the budget: read back from the log.
    pipeline = pipeline(
        new Restored(() -> pipeline.install(rig.archive, fetched, new ReadProgress(environment))),
        0);
    List<String> seen = new ArrayList<>();
    pipeline.read(
        3, Long.MAX_VALUE, () -> seen.add(String.join(" ", applied)), seen::add, seen::add);
    commit(List.of(), batch(EntryType.COMMAND, "a", "b", "c"), batch(EntryType.NO_OP, ""));
    time.runFor(SECONDS);
    assertThat(seen).containsExactly("restored");
  }

  /** A snapshot comes while it applies its first command. */
  private final class Restored implements SnapshottingStateMachine {
    private final StateMachine machine = new Machine();
    private final Runnable atFirst;

    Restored(Runnable atFirst) {
      this.atFirst = atFirst;
    }

    @Override
    public byte[] apply(Command command) {
      if (applied.isEmpty()) {
        atFirst.run();
      }
      return machine.apply(command);
    }

    @Override
    public byte[] query(byte[] query) {
      return machine.query(query);
    }

    @Override
    public SnapshotView capture() {
      throw new IllegalStateException("nobody asks for it");
    }

    @Override
    public void restore(SnapshotReader snapshot) {
      applied.clear();
      applied.add("restored");
    }
  }

  /** A state that has failed in the middle of an entry is of no moment that a snapshot could name. */
  @Test
  void nobodyLooksAtAStateThatHasFailed() {
    throwing = "b";
    List<String> seen = new ArrayList<>();
    pipeline.afterStop(reason -> seen.add("stopped"));
    pipeline.runUnlessStopped(() -> seen.add("before"));
    commit(List.of(), batch(EntryType.COMMAND, "a", "b"));
    pipeline.runUnlessStopped(() -> seen.add("after"));
    time.runFor(SECONDS);
    pipeline.stop("again");
    time.runFor(SECONDS);
    assertThat(seen).containsExactly("before", "stopped");
  }

  @Test
  void aStateMachineThatThrowsEndsItAndEverybodyIsToldOnce() {
    throwing = "c";
    List<Proposal> own = RecordedProposal.of("a", "b", "c", "d");
    List<String> seen = new ArrayList<>();
    pipeline.read(
        4,
        Long.MAX_VALUE,
        () -> seen.add("served"),
        reason -> seen.add("refused"),
        reason -> seen.add("refused"));
    commit(
        List.of(new ProposalTracker.Run(1, own, 0)), batch(EntryType.COMMAND, "a", "b", "c", "d"));
    List<Proposal> later = RecordedProposal.of("e");
    commit(List.of(new ProposalTracker.Run(5, later, 0)), batch(EntryType.COMMAND, "e"));
    time.runFor(SECONDS);
    List<Proposal> muchLater = RecordedProposal.of("f");
    commit(List.of(new ProposalTracker.Run(6, muchLater, 0)), batch(EntryType.COMMAND, "f"));
    pipeline.stop("stopped again");
    time.runFor(SECONDS);
    assertThat(applied).containsExactly("a", "b");
    assertThat(RecordedProposal.ends(own).subList(0, 2))
        .containsExactly("applied:r1", "applied:r2");
    for (Proposal proposal : List.of(own.get(2), own.get(3), later.get(0), muchLater.get(0))) {
      assertThat(((RecordedProposal) proposal).ends)
          .singleElement()
          .asString()
          .startsWith("unknown:");
    }
    assertThat(seen).containsExactly("refused");
    assertThat(events).singleElement().asString().contains("entry at 3");
    pipeline.read(0, Long.MAX_VALUE, () -> seen.add("served"), seen::add, seen::add);
    time.runFor(SECONDS);
    assertThat(seen).containsExactly("refused", "stopped again");
  }

  /** Whose fault it is decides what an operator repairs: the disk, or the application. */
  @Test
  void entriesThatCannotBeReadBackEndItAndTheStateMachineIsNotBlamed() {
    pipeline = pipeline(1);
    commit(List.of(), batch(EntryType.COMMAND, "a"));
    time.runFor(SECONDS);
    store.broken = true;
    List<Proposal> own = RecordedProposal.of("b");
    commit(List.of(new ProposalTracker.Run(2, own, 0)), batch(EntryType.COMMAND, "b"));
    time.runFor(SECONDS);
    assertThat(applied).containsExactly("a");
    assertThat(events)
        .singleElement()
        .asString()
        .startsWith("failed: reading the entry at 2 back from the log store failed: ")
        .endsWith("unreadable");
    assertThat(RecordedProposal.ends(own).get(0)).startsWith("unknown:");
  }

  @Test
  void aStateMachineThatThrowsAtAnEntryThatWasReadBackIsToBlame() {
    pipeline = pipeline(1);
    throwing = "a";
    commit(List.of(), batch(EntryType.COMMAND, "a"));
    time.runFor(SECONDS);
    assertThat(store.reads).isPositive();
    assertThat(events)
        .singleElement()
        .asString()
        .startsWith("failed: applying the entry at 1 failed: ");
  }

  /** Asked again at once, the store would keep the thread that all groups of the host share. */
  @Test
  void aStoreThatReturnsNothingEndsIt() {
    pipeline = pipeline(1);
    store.forgetful = true;
    commit(List.of(), batch(EntryType.COMMAND, "a"));
    time.runFor(SECONDS);
    assertThat(store.reads).isEqualTo(1);
    assertThat(events)
        .singleElement()
        .asString()
        .startsWith("failed: reading the entry at 1 back from the log store failed: ")
        .endsWith("it returned nothing from index 1 on");
  }

  /** Applied out of order, or before it is committed, an entry would part this replica's state from the others'. */
  @Test
  void aStoreThatReturnsOtherEntriesThanThoseAskedForEndsIt() {
    pipeline = pipeline(1);
    store.hasty = true;
    batch(EntryType.COMMAND, "a");
    batch(EntryType.COMMAND, "b");
    pipeline.committed(new Ready.Committed(0, 1, 1, List.of()), List.of());
    time.runFor(SECONDS);
    assertThat(applied).isEmpty();
    assertThat(events)
        .singleElement()
        .asString()
        .endsWith("it returned the entry at 2 in place of that at 1");
  }

  @Test
  void aResultOfNullIsAnEmptyOne() {
    List<Proposal> own = RecordedProposal.of("null", "b");
    commit(List.of(new ProposalTracker.Run(1, own, 0)), batch(EntryType.COMMAND, "null", "b"));
    time.runFor(SECONDS);
    assertThat(RecordedProposal.ends(own)).containsExactly("applied:", "applied:r2");
  }

  @Test
  void aTaskThatThrowsEndsItVisibly() {
    pipeline.run(() -> {
      throw new IllegalStateException("a slip of ours");
    });
    List<Proposal> own = RecordedProposal.of("a");
    commit(List.of(new ProposalTracker.Run(1, own, 0)), batch(EntryType.COMMAND, "a"));
    time.runFor(SECONDS);
    assertThat(events).singleElement().asString().contains("a slip of ours");
    assertThat(RecordedProposal.ends(own).get(0)).startsWith("unknown:");
  }
}
