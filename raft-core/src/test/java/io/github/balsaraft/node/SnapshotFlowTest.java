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
import io.github.balsaraft.model.SnapshotChunk;
import io.github.balsaraft.model.SnapshotHeader;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.model.SnapshotRequest;
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
  private OnRead onRead = () -> {};
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

  /** What happens while the state machine reads a snapshot. */
  private interface OnRead {
    void run() throws IOException;
  }

  private Optional<SnapshotStatus.Fetching> fetching() {
    return flow.status(null).fetching();
  }

  private Optional<SnapshotStatus.Restoring> restoring() {
    return flow.status(null).restoring();
  }

  private String explained() {
    return String.join("; ", FetchExplanation.of(flow.status(null)));
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
    assertThat(restoring()).as("its turn has not come").isEmpty();
    rig.time.runFor(SECONDS);
    assertThat(readAtEachStep).containsExactly(0L, 1L, 5L, 8L, (long) CONTENT.length);
    assertThat(restoring()).isEmpty();
    assertThat(fetching()).isEmpty();
    assertThat(ends).isEmpty();
    assertThat(pipeline.appliedIndex()).isEqualTo(20);
    assertThat(
            rig.lines.lines("restores its state machine from its snapshot up to 20@3 of 10 bytes"))
        .hasSize(1);
  }

  /** A large state that takes minutes, and the leader's log begins later by the time it is restored. */
  @Test
  @DisplayName("one that is fetched while that of the start is restored waits, and doesn't hang")
  void waitsForThatOfTheStart() throws Exception {
    rig.save(20, CONTENT);
    SnapshotHeader unused = flow.start(null);
    List<String> said = new ArrayList<>();
    onRead = () -> {
      if (readAtEachStep.size() == 2) {
        flow.install(received(30));
      }
      rig.time.runFor(50 * SECONDS);
      said.add(explained());
      fetching()
          .ifPresent(
              fetching -> assertThat(fetching.unchangedFor()).isEqualTo(Duration.ofSeconds(50)));
    };
    rig.time.runFor(1000 * SECONDS);
    assertThat(said)
        .containsExactly(
            "its state machine takes over a snapshot of 10 bytes, of which it has read 0 bytes",
            "its state machine takes over a snapshot of 10 bytes, of which it has read 1 byte; it has fetched a snapshot of 10 bytes from n2, which comes after that",
            "its state machine takes over a snapshot of 10 bytes, of which it has read 5 bytes; it has fetched a snapshot of 10 bytes from n2, which comes after that",
            "its state machine takes over a snapshot of 10 bytes, of which it has read 8 bytes; it has fetched a snapshot of 10 bytes from n2, which comes after that",
            "its state machine takes over a snapshot of 10 bytes, of which it has read 10 bytes; it has fetched a snapshot of 10 bytes from n2, which comes after that",
            "its state machine takes over a snapshot of 10 bytes from n2, of which it has read 0 bytes",
            "its state machine takes over a snapshot of 10 bytes from n2, of which it has read 1 byte",
            "its state machine takes over a snapshot of 10 bytes from n2, of which it has read 5 bytes",
            "its state machine takes over a snapshot of 10 bytes from n2, of which it has read 8 bytes",
            "its state machine takes over a snapshot of 10 bytes from n2, of which it has read 10 bytes");
    assertThat(restoring()).isEmpty();
    assertThat(fetching()).isEmpty();
    assertThat(ends).containsExactly("received 30@3", "installed 30@3");
  }

  /** What is said of it is for whoever asks by a program, too. */
  @Test
  @DisplayName("while one waits for another that gets on, something moves")
  void somethingMovesWhileItWaits() throws Exception {
    flow.install(received(20));
    flow.install(received(30));
    List<Duration> unchanged = new ArrayList<>();
    onRead = () -> {
      rig.time.runFor(50 * SECONDS);
      unchanged.add(fetching().orElseThrow().unchangedFor());
    };
    rig.time.runFor(1000 * SECONDS);
    assertThat(unchanged).hasSize(10).allMatch(Duration.ofSeconds(50)::equals);
    assertThat(readAtEachStep).containsExactly(0L, 1L, 5L, 8L, 10L, 0L, 1L, 5L, 8L, 10L);
  }

  /** The threads of state machines had other groups to restore. */
  @Test
  @DisplayName(
      "one that is fetched before that of the start has its turn is shown until it is taken over")
  void fetchedBeforeThatOfTheStartHasItsTurn() throws Exception {
    rig.save(20, CONTENT);
    SnapshotHeader unused = flow.start(null);
    flow.install(received(30));
    List<Boolean> atStart = new ArrayList<>();
    onRead = () -> {
      atStart.add(restoring().isPresent());
      assertThat(fetching())
          .hasValueSatisfying(fetching ->
              assertThat(fetching.phase()).isEqualTo(SnapshotStatus.Fetching.Phase.RESTORING));
    };
    rig.time.runFor(SECONDS);
    assertThat(atStart)
        .containsExactly(true, true, true, true, true, false, false, false, false, false);
    assertThat(ends).containsExactly("received 30@3", "installed 30@3");
  }

  @Test
  @DisplayName("a fetch is shown while that of the start is restored")
  void isShownWhileThatOfTheStartIsRestored() throws Exception {
    rig.save(20, CONTENT);
    SnapshotHeader unused = flow.start(null);
    onRead = () -> {
      onRead = () -> {};
      flow.fetch(new Ready.Fetch(1, SnapshotRig.OTHER, new EntryId(3, 30)));
      assertThat(explained())
          .isEqualTo(
              "its state machine takes over a snapshot of 10 bytes, of which it has read 0 bytes; "
                  + "it fetches a snapshot from n2, of which it has 0 bytes");
    };
    rig.time.runFor(SECONDS);
    assertThat(readAtEachStep).hasSize(5);
  }

  /** Only that it lives is known of it, and its disk may hang. */
  @Test
  @DisplayName("a source that goes on taking one is waited for, and named after a minute")
  void aSourceThatStandsStillIsNamed() {
    flow.fetch(new Ready.Fetch(1, SnapshotRig.OTHER, new EntryId(3, 30)));
    SnapshotRequest request = (SnapshotRequest) rig.takeSent().get(0);
    for (int i = 0; i < 61; i++) {
      rig.time.runFor(SECONDS);
      flow.onChunk(SnapshotChunk.without(request, SnapshotChunk.Status.BEING_TAKEN));
      flow.step(rig.environment.nowNanos());
    }
    assertThat(ends).isEmpty();
    assertThat(explained())
        .isEqualTo("it fetches a snapshot from n2, of which it has 0 bytes; that has not moved for "
            + "1 min: look at n2, which may have to take it first, if it stays so");
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

  /** Who asks would take it for a source that has none, and try others or wait. */
  @Test
  @DisplayName("who has something to restore or to apply doesn't say that there is no newer one")
  void whoIsNotUpToDateMayHaveANewerOneLater() throws Exception {
    rig.save(20, CONTENT);
    SnapshotHeader unused = flow.start(null);
    List<SnapshotChunk.Status> answers = new ArrayList<>();
    onRead = () -> answers.add(rig.answerToOneOf(flow, 30));
    rig.time.runFor(SECONDS);
    assertThat(answers).hasSize(5).containsOnly(SnapshotChunk.Status.BEING_TAKEN);
    assertThat(rig.answerToOneOf(flow, 30))
        .as("all is applied")
        .isEqualTo(SnapshotChunk.Status.GONE);
    answers.clear();
    onApply = () -> answers.add(rig.answerToOneOf(flow, 30));
    List<EntryBatch> entries = List.of(new Payloads(EntryType.COMMAND, 0)
        .add(CONTENT, Payloads.checksum(CONTENT))
        .place(new EntryId(3, 21), 0));
    pipeline.committed(new Ready.Committed(0, 21, 21, entries), List.of());
    rig.time.runFor(SECONDS);
    assertThat(answers).containsExactly(SnapshotChunk.Status.BEING_TAKEN);
  }

  @Test
  @DisplayName("who waits for entries, or for an index, hears of the state that a start restores")
  void theStartIsHeardOf() throws Exception {
    rig.save(20, CONTENT);
    List<Long> heard = new ArrayList<>();
    pipeline.afterStart(() -> heard.add(pipeline.appliedIndex()));
    SnapshotHeader unused = flow.start(null);
    rig.time.runFor(SECONDS);
    assertThat(heard).containsExactly(20L);
  }

  /** Who asks would give it up, though it gets on. */
  @Test
  @DisplayName("who restores slowly is waited for as long as it reads")
  void restoresSlowly() throws Exception {
    rig.save(20, CONTENT);
    SnapshotHeader unused = flow.start(null);
    List<SnapshotChunk.Status> answers = new ArrayList<>();
    long patienceNanos = 10 * RaftOptions.defaults().electionTimeoutMax().toNanos();
    onRead = () -> {
      answers.add(rig.answerToOneOf(flow, 40));
      rig.time.runFor(patienceNanos * 9 / 10);
      answers.add(rig.answerToOneOf(flow, 40));
    };
    rig.time.runFor(20 * patienceNanos);
    assertThat(answers)
        .as("at the start")
        .hasSize(10)
        .containsOnly(SnapshotChunk.Status.BEING_TAKEN);
    answers.clear();
    flow.install(received(30));
    rig.time.runFor(20 * patienceNanos);
    assertThat(answers).as("later").hasSize(10).containsOnly(SnapshotChunk.Status.BEING_TAKEN);
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

    private void noteRead() throws IOException {
      readAtEachStep.add(restoring()
          .map(SnapshotStatus.Restoring::bytes)
          .orElseGet(() -> fetching().orElseThrow().bytes()));
      onRead.run();
    }

    @Override
    public SnapshotView capture() {
      throw new AssertionError("the snapshots are of another machine");
    }
  }
}
