package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.SnapshotOptions;
import io.github.balsaraft.api.SnapshotReader;
import io.github.balsaraft.api.SnapshotStatus;
import io.github.balsaraft.api.SnapshotView;
import io.github.balsaraft.core.Ready;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.SnapshotHeader;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.storage.MemoryLogStore;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is fetched, until it is the state. */
class SnapshotFlowTest {

  private static final byte[] CONTENT = "some state".getBytes(UTF_8);

  private final SnapshotRig rig = new SnapshotRig(RaftOptions.builder()
      .snapshots(SnapshotOptions.builder().maxEntries(1).build())
      .build());
  private final List<String> ends = new ArrayList<>();
  private Runnable onApply = () -> {};
  private final List<Long> readAtEachStep = new ArrayList<>();
  private final ApplyPipeline pipeline = new ApplyPipeline(
      SnapshotRig.GROUP,
      new Machine(),
      new MemoryLogStore(),
      0,
      1 << 20,
      rig.environment,
      (what, cause) -> ends.add(what + ": " + cause),
      () -> {});
  private final SnapshotFlow flow = new SnapshotFlow(
      rig.context,
      rig.archive,
      pipeline,
      rig.environment.mailboxes()::execute,
      new SnapshotFlow.Ends() {
        @Override
        public void saved(SnapshotManifest manifest, Duration took) {
          ends.add("saved");
        }

        @Override
        public void notTaken(String problem) {
          ends.add(problem);
        }

        @Override
        public void installed(SnapshotManifest manifest) {
          ends.add("installed " + manifest.header().last());
        }

        @Override
        public void unavailable(long lastIndex) {
          ends.add("unavailable");
        }

        @Override
        public void received(long generation, SnapshotHeader header) {
          ends.add("received " + header.last());
        }

        @Override
        public void failed(long generation) {
          ends.add("failed");
        }
      });

  /** It is here, and the core has been told so. */
  private Ready.Install received(long index) throws IOException {
    SnapshotHeader header = rig.save(index, CONTENT).header();
    flow.fetch(new Ready.Fetch(index, SnapshotRig.OTHER, new EntryId(3, index)));
    return new Ready.Install(index, header);
  }

  private Optional<SnapshotStatus.Fetching> fetching() {
    return flow.status(null).fetching();
  }

  @Test
  void itIsShownUntilTheStateMachineHasTakenItOver() throws IOException {
    Ready.Install install = received(20);
    assertThat(ends).containsExactly("received 20@3");
    assertThat(fetching()).isEmpty();
    flow.install(install);
    assertThat(fetching())
        .contains(new SnapshotStatus.Fetching(
            Optional.of(new HostId("n2")),
            0,
            CONTENT.length,
            Duration.ZERO,
            SnapshotStatus.Fetching.Phase.RESTORING,
            Duration.ZERO));
    rig.time.runFor(SECONDS);
    assertThat(readAtEachStep)
        .as("while the state machine reads")
        .containsExactly(0L, 1L, 5L, 8L, (long) CONTENT.length);
    assertThat(fetching()).isEmpty();
    assertThat(ends).containsExactly("received 20@3", "installed 20@3");
  }

  @Test
  @DisplayName("what the state is restored from at the start is shown as well, and logged")
  void itIsShownAtTheStartToo() throws Exception {
    rig.save(20, CONTENT);
    SnapshotHeader unused = flow.start(null);
    assertThat(fetching()).as("its turn has not come").isEmpty();
    rig.time.runFor(SECONDS);
    assertThat(readAtEachStep).containsExactly(0L, 1L, 5L, 8L, (long) CONTENT.length);
    assertThat(fetching()).isEmpty();
    assertThat(ends).isEmpty();
    assertThat(pipeline.appliedIndex()).isEqualTo(20);
    assertThat(
            rig.lines.lines("restores its state machine from its snapshot up to 20@3 of 10 bytes"))
        .hasSize(1);
  }

  /** The state machine is slow, and the next one is here before it comes to this one. */
  @Test
  void itStaysUntilTheStateMachineHasTakenItOver() throws IOException {
    flow.install(received(20));
    flow.install(received(30));
    rig.time.runFor(SECONDS);
    assertThat(ends)
        .containsExactly("received 20@3", "received 30@3", "installed 20@3", "installed 30@3");
    assertThat(pipeline.appliedIndex()).isEqualTo(30);
    assertThat(rig.folder.list())
        .as("and then it goes")
        .isNotEmpty()
        .allMatch(name -> name.startsWith("g0-30-"));
  }

  @Test
  @DisplayName("none is taken in the middle of entries that came together and are replaced by one")
  void noneIsTakenInTheMiddle() throws IOException {
    Ready.Install install = received(20);
    AtomicBoolean isFirst = new AtomicBoolean(true);
    onApply = () -> {
      if (isFirst.getAndSet(false)) {
        flow.install(install);
      }
    };
    List<EntryBatch> entries = List.of(
        Payloads.single(EntryType.CONFIGURATION, SnapshotRig.MEMBERS.encode())
            .place(new EntryId(3, 1), 0),
        new Payloads(EntryType.COMMAND, 0)
            .add(CONTENT, Payloads.checksum(CONTENT))
            .add(CONTENT, Payloads.checksum(CONTENT))
            .place(new EntryId(3, 2), 0));
    pipeline.committed(new Ready.Committed(0, 1, 3, entries), List.of());
    rig.time.runFor(SECONDS);
    assertThat(ends).containsExactly("received 20@3", "installed 20@3");
    assertThat(pipeline.appliedIndex()).isEqualTo(20);
  }

  /** Tells the test of each command. */
  private final class Machine extends EmptySnapshots {
    @Override
    public byte[] apply(Command command) {
      onApply.run();
      return super.apply(command);
    }

    @Override
    public void restore(SnapshotReader snapshot) throws IOException {
      noteRead();
      try (InputStream in = snapshot.file("state")) {
        assertThat(in.read()).isEqualTo(CONTENT[0]);
        noteRead();
        assertThat(in.readNBytes(4)).hasSize(4);
        noteRead();
        assertThat(in.skip(3)).isEqualTo(3);
        noteRead();
        assertThat(in.readAllBytes()).hasSize(CONTENT.length - 8);
        noteRead();
      }
    }

    private void noteRead() {
      readAtEachStep.add(fetching().orElseThrow().bytes());
    }

    @Override
    public SnapshotView capture() {
      throw new AssertionError("the snapshots are of another machine");
    }
  }
}
