package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.SnapshotOptions;
import io.github.balsaraft.api.SnapshotView;
import io.github.balsaraft.api.SnapshotWriter;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.SnapshotManifest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A snapshot goes from the apply threads to those that write it, and back; without memory either may fail. */
class SnapshotHandOverTest {

  private static final int DUE_ENTRIES = 10;

  private final SnapshotRig rig = new SnapshotRig(RaftOptions.builder()
      .snapshots(SnapshotOptions.builder().maxEntries(DUE_ENTRIES).build())
      .build());
  private final Machine machine = new Machine();
  private final ApplyPosition position = new ApplyPosition();
  private final List<Long> saved = new ArrayList<>();
  private final List<String> told = new ArrayList<>();
  private Runnable onSaved = () -> {};

  /** What handing something to the apply threads begins with. */
  private Runnable beforeApply = () -> {};

  private final SnapshotTaker taker = new SnapshotTaker(
      rig.context,
      machine,
      () -> null,
      rig.archive,
      position,
      () -> true,
      task -> {
        beforeApply.run();
        rig.environment.apply().execute(task);
      },
      new SnapshotTaker.Ends() {
        @Override
        public void saved(SnapshotManifest manifest, Duration took) {
          saved.add(manifest.header().last().index());
          onSaved.run();
        }

        @Override
        public void failed(String problem) {
          told.add(problem);
        }
      });

  SnapshotHandOverTest() {
    position.passed(Payloads.single(EntryType.CONFIGURATION, SnapshotRig.MEMBERS.encode())
        .place(new EntryId(3, 1), 0));
    taker.inTerm(3);
  }

  private void apply(int entries) {
    for (int i = 0; i < entries; i++) {
      position.passed(
          Payloads.single(EntryType.COMMAND, new byte[1]).place(new EntryId(3, 2 + i), 0));
    }
    taker.takeIfDue();
  }

  private AtomicReference<@Nullable LongSupplier> slot() {
    return rig.context.host().snapshotSlot();
  }

  @Test
  @DisplayName("one that can't be handed over is given back, and another one is taken")
  void noMemoryToHandOver() {
    rig.handOverFails = new InternalError("no room for a task (a test)");
    apply(DUE_ENTRIES);
    assertThat(slot().get()).as("other groups may write theirs").isNull();
    assertThat(machine.closed).isEqualTo(1);
    assertThat(told).hasSize(1);
    assertThat(told.get(0)).contains("could not be written", "no room for a task");
    assertThat(taker.status(rig.time.nowNanos())).isEmpty();
    rig.time.runFor(2 * SECONDS);
    assertThat(saved).containsExactly(11L);
    assertThat(machine.closed).isEqualTo(2);
    assertThat(slot().get()).isNull();
  }

  @Test
  @DisplayName("one that was handed over although that has failed is given up, and not written too")
  void handedOverAndFailed() {
    rig.handOverFails = new StackOverflowError("behind the queue (a test)");
    rig.handsOverAllTheSame = true;
    apply(DUE_ENTRIES);
    assertThat(machine.closed).isEqualTo(1);
    rig.time.runFor(2 * SECONDS);
    assertThat(saved).containsExactly(11L);
    assertThat(machine.captured).isEqualTo(2);
    assertThat(machine.closed).as("each once").isEqualTo(2);
  }

  @Test
  @DisplayName("one that has ended doesn't end that of another group")
  void endsItselfOnly() {
    LongSupplier another = () -> 0;
    onSaved = () -> beforeApply = () -> {
      beforeApply = () -> {};
      assertThat(slot().compareAndSet(null, another)).isTrue();
      throw new InternalError("no room for a task (a test)");
    };
    apply(DUE_ENTRIES);
    rig.time.runFor(100 * MILLIS);
    assertThat(saved).containsExactly(11L);
    assertThat(slot().get()).isSameAs(another);
  }

  @Test
  @DisplayName("a look that can't be handed over doesn't stand in the way of the next")
  void noMemoryForALook() {
    apply(1);
    beforeApply = () -> {
      throw new InternalError("no room for a task (a test)");
    };
    assertThatThrownBy(taker::want).isInstanceOf(InternalError.class);
    beforeApply = () -> {};
    taker.want();
    rig.time.runFor(SECONDS);
    assertThat(saved).containsExactly(2L);
  }

  private static final class Machine extends EmptySnapshots {
    int captured;
    int closed;

    @Override
    public SnapshotView capture() {
      captured++;
      return new SnapshotView() {
        @Override
        public void writeTo(SnapshotWriter snapshot) throws IOException {
          snapshot.file("state").write(new byte[9]);
        }

        @Override
        public void close() {
          closed++;
        }
      };
    }
  }
}
