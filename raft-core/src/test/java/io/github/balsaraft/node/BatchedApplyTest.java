package io.github.balsaraft.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.BatchingStateMachine;
import io.github.balsaraft.api.Command;
import io.github.balsaraft.core.Ready;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.testing.EchoMachine;
import io.github.balsaraft.testing.simulation.world.SimulatedEnvironment;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a state machine that takes batches is told, and when the proposers are. */
class BatchedApplyTest {

  private final VirtualTime time = new VirtualTime();
  private final List<String> events = new ArrayList<>();
  private final Machine machine = new Machine();
  private final ApplyPipeline pipeline = new ApplyPipeline(
      GroupId.DEFAULT,
      machine,
      new MemoryLogStore(),
      0,
      1 << 20,
      SimulatedEnvironment.alone(time),
      (what, cause) -> events.add("failed: " + what),
      () -> {});
  private final NextEntries log = new NextEntries();

  private final class Machine extends EchoMachine implements BatchingStateMachine {
    boolean failing;
    boolean full;

    @Override
    public byte[] apply(Command command) {
      events.add(new String(command.bytes(), UTF_8));
      return super.apply(command);
    }

    @Override
    public void endBatch() {
      if (failing) {
        throw new IllegalStateException("no space left");
      }
      events.add("end");
    }

    @Override
    public int maxBatchCommands() {
      return 3;
    }

    @Override
    public long maxBatchBytes() {
      return 10;
    }

    @Override
    public boolean isBatchFull() {
      return full;
    }
  }

  private void commit(List<ProposalTracker.Run> runs, EntryBatch... batches) {
    pipeline.committed(
        new Ready.Committed(0, batches[0].firstIndex(), log.lastIndex(), List.of(batches)), runs);
  }

  @Test
  void aBatchEndsAfterSoManyCommandsAndWhenNothingWaits() {
    commit(
        List.of(),
        log.next(EntryType.COMMAND, "a", "b"),
        log.next(EntryType.NO_OP, ""),
        log.next(EntryType.COMMAND, "c", "d"));
    time.runFor(VirtualTime.SECONDS);
    assertThat(events).containsExactly("a", "b", "c", "end", "d", "end");
    assertThat(pipeline.appliedIndex()).isEqualTo(5);
  }

  @Test
  void aBatchEndsAfterSoManyBytes() {
    commit(List.of(), log.next(EntryType.COMMAND, "long enough", "a", "four bytes"));
    time.runFor(VirtualTime.SECONDS);
    assertThat(events).containsExactly("long enough", "end", "a", "four bytes", "end");
  }

  @Test
  void withoutCommandsThereIsNoBatch() {
    commit(List.of(), log.next(EntryType.NO_OP, ""));
    time.runFor(VirtualTime.SECONDS);
    assertThat(events).isEmpty();
    assertThat(pipeline.appliedIndex()).isEqualTo(1);
  }

  /** Told before, a result could be of a command whose effects a crash takes back while a read has seen them. */
  @Test
  void nobodyIsToldBeforeTheEndOfTheBatch() {
    List<Proposal> own = RecordedProposal.of("a", "b");
    machine.failing = true;
    commit(List.of(new ProposalTracker.Run(1, own, 0)), log.next(EntryType.COMMAND, "a", "b"));
    time.runFor(VirtualTime.SECONDS);
    assertThat(RecordedProposal.ends(own)).allMatch(end -> end.startsWith("unknown"));
    assertThat(pipeline.appliedIndex()).isZero();
    assertThat(events)
        .containsExactly(
            "a",
            "b",
            "failed: the end of the batch of entries from 1 to 2 failed: "
                + "java.lang.IllegalStateException: no space left");
  }

  /** The batch is applied as a whole before anybody is told. */
  @Test
  void whoComesBehindOneThatCanNotBeToldIsNotForgotten() {
    List<Proposal> own = RecordedProposal.of("a", "b", "c", "d");
    ((RecordedProposal) own.get(1)).failing = true;
    commit(
        List.of(new ProposalTracker.Run(1, own, 0)),
        log.next(EntryType.COMMAND, "a", "b", "c", "d"));
    time.runFor(VirtualTime.SECONDS);
    assertThat(pipeline.appliedIndex()).isEqualTo(3);
    assertThat(RecordedProposal.ends(own))
        .hasSize(4)
        .startsWith("applied:a")
        .last()
        .asString()
        .startsWith("unknown:the end of the batch of entries from 1 to 3 failed");
    assertThat(RecordedProposal.ends(own).subList(1, 4))
        .allMatch(end -> end.startsWith("unknown:"));
  }

  @Test
  void resultsGoToTheProposalsAtTheirIndexes() {
    List<Proposal> own = RecordedProposal.of("b", "c");
    commit(
        List.of(new ProposalTracker.Run(2, own, 0)),
        log.next(EntryType.COMMAND, "a", "b", "c", "d", "e"));
    time.runFor(VirtualTime.SECONDS);
    assertThat(RecordedProposal.ends(own)).containsExactly("applied:b", "applied:c");
  }

  @Test
  void aMachineMaySayThatItHoldsEnough() {
    machine.full = true;
    commit(List.of(), log.next(EntryType.COMMAND, "a", "b"));
    time.runFor(VirtualTime.SECONDS);
    assertThat(events).containsExactly("a", "end", "b", "end");
  }
}
