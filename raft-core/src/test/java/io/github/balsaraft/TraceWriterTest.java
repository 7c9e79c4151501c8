package io.github.balsaraft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.UnknownFormatException;
import io.github.balsaraft.model.trace.ReplayedState;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.model.trace.TraceFormat;
import io.github.balsaraft.model.trace.TraceHeader;
import io.github.balsaraft.model.trace.TraceReplayer;
import io.github.balsaraft.model.trace.TraceSink;
import io.github.balsaraft.model.trace.TraceState;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.testing.RecordingMachine;
import io.github.balsaraft.transport.LocalNetwork;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TraceWriterTest {

  private static final ReplicaId REPLICA = new ReplicaId(7);

  @TempDir
  Path folder;

  private static TraceEvent event(long number, String reason) {
    TraceState state = new TraceState(1, null, Role.FOLLOWER, null, 0, EntryId.NONE, 0);
    TraceHeader header = new TraceHeader(REPLICA, number, 0, state);
    return new TraceEvent.RoleChanged(header, Role.FOLLOWER, 1, null, reason);
  }

  private static List<TraceEvent> read(Path file) throws IOException {
    List<TraceEvent> events = new ArrayList<>();
    TraceReader.read(file, events::add);
    return events;
  }

  @Test
  @DisplayName(
      "what was recorded is in the file when it is closed, and what comes later is appended")
  void appends() throws IOException {
    Path file = folder.resolve("trace.jsonl");
    for (int life = 0; life < 2; life++) {
      try (TraceWriter writer = TraceWriter.toFile(file)) {
        for (int i = 1; i <= 1000; i++) {
          writer.record(event(i, "life " + life + " \u00e9\n"));
        }
      }
    }
    List<TraceEvent> events = read(file);
    assertThat(events).hasSize(2000);
    assertThat(events.get(1000)).isEqualTo(event(1, "life 1 \u00e9\n"));
  }

  @Test
  @DisplayName("a line that was cut off is left out by the reader, and removed by the next process")
  void unfinishedLine() throws IOException {
    Path file = folder.resolve("trace.jsonl");
    byte[] whole = (TraceFormat.format(event(1, "\u00e9")) + "\n").getBytes(UTF_8);
    byte[] both = new byte[2 * whole.length];
    System.arraycopy(whole, 0, both, 0, whole.length);
    System.arraycopy(whole, 0, both, whole.length, whole.length);
    for (int length = 0; length < both.length; length++) {
      Files.write(file, Arrays.copyOf(both, length));
      int finished = length / whole.length;
      assertThat(read(file)).hasSize(finished);
      if (length % 7 == 0) {
        try (TraceWriter writer = TraceWriter.toFile(file)) {
          writer.record(event(2, ""));
        }
        assertThat(read(file)).hasSize(finished + 1);
      }
    }
  }

  @Test
  @DisplayName(
      "a disk that hangs costs events, which are counted, and never the time of the protocol")
  void slowDisk() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    StringWriter written = new StringWriter();
    Writer hanging = new Writer() {
      @Override
      public void write(char[] chars, int offset, int length) throws IOException {
        try {
          go.await();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
        written.write(chars, offset, length);
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
    String large = "x".repeat(1 << 20);
    TraceWriter writer = TraceWriter.to(hanging);
    for (int i = 1; i <= 20; i++) {
      writer.record(event(i, large));
    }
    assertThat(writer.droppedEvents()).isEqualTo(5);
    go.countDown();
    writer.close();
    assertThat(writer.droppedEvents()).isEqualTo(5);
    List<TraceEvent> events = new ArrayList<>();
    TraceReader.read(new StringReader(written.toString()), events::add);
    assertThat(events).hasSize(15).doesNotHaveDuplicates();
  }

  @Test
  @DisplayName("a disk that fails ends the trace and nothing else")
  void failingDisk() {
    Writer full = new Writer() {
      @Override
      public void write(char[] chars, int offset, int length) throws IOException {
        throw new IOException("No space left on device");
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
    TraceWriter writer = TraceWriter.to(full);
    writer.record(event(1, ""));
    writer.close();
    writer.record(event(2, ""));
    assertThat(writer.failure()).hasMessage("No space left on device");
    assertThat(writer.droppedEvents()).isGreaterThanOrEqualTo(1);
    assertThatThrownBy(() -> TraceWriter.toFile(folder.resolve("not-there/trace.jsonl")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("not-there");
  }

  @Test
  @DisplayName("errors of the reader name the line")
  void namesTheLine() {
    String good = TraceFormat.format(event(1, "")) + "\n";
    assertThatThrownBy(() -> TraceReader.read(new StringReader(good + "{}\n"), event -> {}))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageStartingWith("line 2: ");
    String newer = good.replace("\"event\":\"role\"", "\"event\":\"nap\"");
    assertThatThrownBy(() -> TraceReader.read(new StringReader(good + good + newer), event -> {}))
        .isInstanceOf(UnknownFormatException.class)
        .hasMessageStartingWith("line 3: ");
  }

  // ------------------------------------------------------------------ whole nodes

  @Test
  @DisplayName("a node's state is rebuilt from its file, over two lives")
  void nodes() throws Exception {
    Path file = folder.resolve("trace.jsonl");
    MemoryLogStore.Contents disk = new MemoryLogStore.Contents();
    long term = 0;
    for (int life = 0; life < 2; life++) {
      try (TraceWriter writer = TraceWriter.toFile(file)) {
        try (RaftNode node = start(new MemoryLogStore(disk), writer)) {
          node.awaitLeader().get(30, TimeUnit.SECONDS);
          node.propose("a".getBytes(UTF_8)).get(30, TimeUnit.SECONDS);
          term = node.status().term();
        }
      }
    }
    TraceReplayer replayer = new TraceReplayer();
    List<TraceEvent> starts = new ArrayList<>();
    TraceReader.read(file, event -> {
      replayer.replay(event);
      if (event instanceof TraceEvent.Started) {
        starts.add(event);
      }
    });
    assertThat(starts).hasSize(2);
    assertThat(replayer.replicas()).hasSize(1);
    ReplayedState state = replayer.state(replayer.replicas().iterator().next());
    assertThat(state.role()).isEqualTo(Role.LEADER);
    assertThat(state.term()).isEqualTo(term).isGreaterThan(1);
    assertThat(state.commitIndex()).isEqualTo(state.last().index());
    assertThat(state.configuration().members()).hasSize(1);
  }

  @Test
  @DisplayName("a sink that fails ends the trace, and the node goes on")
  void failingSink() throws Exception {
    List<TraceEvent> taken = new ArrayList<>();
    TraceSink failing = event -> {
      taken.add(event);
      if (taken.size() == 3) {
        throw new IllegalStateException("enough");
      }
    };
    try (RaftNode node = start(new MemoryLogStore(), failing)) {
      node.awaitLeader().get(30, TimeUnit.SECONDS);
      assertThat(node.propose("a".getBytes(UTF_8)).get(30, TimeUnit.SECONDS)).isEqualTo(bytes(1));
    }
    assertThat(taken).hasSize(3);
  }

  @Test
  @DisplayName("whatever it throws, and when it is asked what it wants, too")
  void sinkThatIsBroken() throws Exception {
    TraceSink broken = new TraceSink() {
      @Override
      public void record(TraceEvent event) {
        throw new AssertionError("a bug of the application");
      }
    };
    TraceSink undecided = new TraceSink() {
      @Override
      public void record(TraceEvent event) {
        throw new AssertionError("it was not to be asked");
      }

      @Override
      public boolean wantsMessages() {
        throw new IllegalStateException("a bug of the application");
      }
    };
    for (TraceSink sink : List.of(broken, undecided)) {
      try (RaftNode node = start(new MemoryLogStore(), sink)) {
        node.awaitLeader().get(30, TimeUnit.SECONDS);
        assertThat(node.propose("a".getBytes(UTF_8)).get(30, TimeUnit.SECONDS)).isEqualTo(bytes(1));
      }
    }
  }

  private static RaftNode start(MemoryLogStore store, TraceSink sink) {
    return RaftNode.builder()
        .id("n1")
        .bootstrap("n1")
        .stateMachine(new RecordingMachine())
        .logStore(store)
        .transport(new LocalNetwork().transport())
        .traceTo(sink)
        .start();
  }

  private static byte[] bytes(int count) {
    return String.valueOf(count).getBytes(UTF_8);
  }
}
