package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.SnapshotView;
import io.github.balsaraft.core.Ready;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.SnapshotChunk;
import io.github.balsaraft.model.SnapshotHeader;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.storage.MemoryLogStore;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * A member that is asked for a newer snapshot, and whose state machine hangs. Who asks must hear so in the end: as long as it waits it asks
 * nobody else, and the leader keeps its log for it.
 */
class HungSourceTest {

  private static final RaftOptions OPTIONS = RaftOptions.defaults();

  /** For so long nothing may move. */
  private static final long PATIENCE_NANOS = 10 * OPTIONS.electionTimeoutMax().toNanos();

  private final Machine machine = new Machine();
  private final SnapshotRig rig = new SnapshotRig(OPTIONS, SnapshotRig.CHUNK_BYTES, machine);
  private final List<Runnable> applyTasks = new ArrayList<>();
  private final List<String> ends = new ArrayList<>();
  private final ApplyPipeline pipeline = new ApplyPipeline(
      SnapshotRig.GROUP,
      machine,
      new MemoryLogStore(),
      0,
      1 << 20,
      new ManualApply(rig.environment, applyTasks),
      (what, cause) -> ends.add(what + ": " + cause),
      () -> {});
  private final SnapshotFlow flow = new SnapshotFlow(
      rig.context, rig.archive, pipeline, rig.environment.mailboxes()::execute, new Ends());

  /** One entry is applied since the last snapshot. */
  @BeforeEach
  void applyOne() throws Exception {
    rig.save(20, new byte[1]);
    SnapshotHeader unused = flow.start(null);
    apply();
    List<EntryBatch> entries =
        List.of(Payloads.single(EntryType.COMMAND, new byte[1]).place(new EntryId(3, 21), 0));
    pipeline.committed(new Ready.Committed(0, 21, 21, entries), List.of());
    apply();
    assertThat(pipeline.appliedIndex()).isEqualTo(21);
    assertThat(ends).isEmpty();
  }

  private void apply() {
    while (!applyTasks.isEmpty()) {
      applyTasks.remove(0).run();
    }
  }

  private SnapshotChunk.Status answer() {
    return rig.answerToOneOf(flow, 21);
  }

  @Test
  @DisplayName("whose state machine hangs says in the end that there is no newer snapshot")
  void hungStateMachine() {
    long beginNanos = rig.time.nowNanos();
    while (rig.time.nowNanos() - beginNanos < PATIENCE_NANOS - SECONDS) {
      assertThat(answer()).isEqualTo(SnapshotChunk.Status.BEING_TAKEN);
      rig.time.runFor(SECONDS);
    }
    rig.time.runFor(2 * SECONDS);
    assertThat(answer()).isEqualTo(SnapshotChunk.Status.GONE);
    assertThat(pipeline.waitingTasks()).as("looks that wait for it").isEqualTo(1);
    apply();
    assertThat(answer()).as("it goes on").isEqualTo(SnapshotChunk.Status.BEING_TAKEN);
    rig.time.runFor(SECONDS);
    assertThat(answer()).isEqualTo(SnapshotChunk.Status.PART);
    assertThat(ends).containsExactly("saved 21@3");
  }

  @Test
  @DisplayName("whose view hangs says so too, and not while it writes")
  void hungView() {
    List<SnapshotChunk.Status> answers = new ArrayList<>();
    machine.write = out -> {
      answers.add(answer());
      rig.time.runFor(PATIENCE_NANOS);
      answers.add(answer());
      for (int chunk = 0; chunk < 3; chunk++) {
        out.write(new byte[SnapshotRig.CHUNK_BYTES]);
        out.flush();
        answers.add(answer());
        rig.time.runFor(PATIENCE_NANOS * 9 / 10);
        answers.add(answer());
      }
    };
    assertThat(answer()).isEqualTo(SnapshotChunk.Status.BEING_TAKEN);
    apply();
    rig.time.runFor(10 * PATIENCE_NANOS);
    assertThat(answers.subList(0, 2))
        .containsExactly(SnapshotChunk.Status.BEING_TAKEN, SnapshotChunk.Status.GONE);
    assertThat(answers.subList(2, 8)).containsOnly(SnapshotChunk.Status.BEING_TAKEN);
    assertThat(answer()).isEqualTo(SnapshotChunk.Status.PART);
  }

  /** A host writes one at a time, and that may take long. */
  @Test
  @DisplayName("who waits for another group's snapshot waits as long as that gets on")
  void anotherGroupsSnapshot() {
    long[] written = {0};
    rig.context.host().snapshotSlot().set(() -> written[0]);
    for (int look = 0; look < 5; look++) {
      written[0]++;
      assertThat(answer()).isEqualTo(SnapshotChunk.Status.BEING_TAKEN);
      rig.time.runFor(PATIENCE_NANOS * 9 / 10);
      apply();
    }
    rig.time.runFor(PATIENCE_NANOS);
    assertThat(answer()).isEqualTo(SnapshotChunk.Status.GONE);
  }

  private interface Write {
    void to(OutputStream out) throws IOException;
  }

  private static final class Machine extends EmptySnapshots {
    Write write = out -> {};

    @Override
    public SnapshotView capture() {
      return SnapshotView.of(out -> write.to(out));
    }
  }

  private final class Ends implements SnapshotFlow.Ends {
    @Override
    public void saved(SnapshotManifest manifest, Duration took) {
      ends.add("saved " + manifest.header().last());
    }

    @Override
    public void notTaken(String problem) {
      ends.add(problem);
    }

    @Override
    public void installed(SnapshotManifest manifest) {
      ends.add("installed");
    }

    @Override
    public void unavailable(long lastIndex) {
      ends.add("unavailable");
    }

    @Override
    public void received(long generation, SnapshotHeader header) {
      ends.add("received");
    }

    @Override
    public void failed(long generation) {
      ends.add("failed");
    }
  }
}
