package io.github.balsaraft.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.CommittedEntry;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.ReplicaRecord;
import io.github.balsaraft.model.SessionEntry;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.testing.simulation.world.SimulatedEnvironment;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What observers of committed entries get, and when. */
class EntryStreamTest {

  private static final GroupId GROUP = GroupId.DEFAULT;

  private final VirtualTime time = new VirtualTime();
  private final MemoryLogStore store = new MemoryLogStore();
  private final List<String> seen = new ArrayList<>();
  private long lastIndex;
  private long committedIndex;
  private long replacedIndex;
  private final EntryStreams streams = new EntryStreams(
      GROUP, store, SimulatedEnvironment.alone(time), () -> committedIndex, () -> replacedIndex);

  private final class Observer implements Flow.Subscriber<CommittedEntry> {
    Flow.@Nullable Subscription subscription;

    boolean throwing;

    void request(long entries) {
      assertThat(subscription).isNotNull();
      subscription.request(entries);
      time.runFor(VirtualTime.SECONDS);
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
    }

    @Override
    public void onNext(CommittedEntry entry) {
      seen.add(entry.id() + " "
          + entry.command().map(bytes -> new String(bytes, UTF_8)).orElse("-"));
      if (throwing) {
        throw new IllegalStateException("asked to throw");
      }
    }

    @Override
    public void onError(Throwable failure) {
      seen.add(failure.getClass().getSimpleName() + ": " + failure.getMessage());
    }

    @Override
    public void onComplete() {
      seen.add("complete");
    }
  }

  @BeforeEach
  void foundReplica() {
    store.write(LogWrite.of(List.of(GroupWrite.ofReplica(
        GROUP, new ReplicaRecord(new ReplicaId(1), ReplicaRecord.State.MEMBER)))));
  }

  private Observer subscribe(long fromIndex) {
    Observer observer = new Observer();
    streams.from(fromIndex).subscribe(observer);
    time.runFor(VirtualTime.SECONDS);
    return observer;
  }

  private void append(EntryType type, byte[]... payloads) {
    Payloads builder = new Payloads(type, 100);
    for (byte[] payload : payloads) {
      builder.add(payload, Payloads.checksum(payload));
    }
    EntryBatch batch = builder.place(new EntryId(1, lastIndex + 1), 5);
    lastIndex = batch.lastIndex();
    store.write(
        LogWrite.of(List.of(new GroupWrite(GROUP, null, null, 0, EntryId.NONE, List.of(batch)))));
  }

  private void append(String... commands) {
    byte[][] payloads = new byte[commands.length][];
    for (int i = 0; i < commands.length; i++) {
      payloads[i] = commands[i].getBytes(UTF_8);
    }
    append(EntryType.COMMAND, payloads);
  }

  private void commit(long index) {
    committedIndex = index;
    streams.look();
    time.runFor(VirtualTime.SECONDS);
  }

  private void compact(long index) {
    store.write(LogWrite.of(
        List.of(new GroupWrite(GROUP, null, null, 0, new EntryId(1, index), List.of()))));
  }

  @Test
  void entriesComeOnceCommittedInOrderAndFromTheIndexOn() {
    append("a", "b", "c");
    append(EntryType.NO_OP, new byte[0]);
    append("d", "e");
    Observer observer = subscribe(2);
    observer.request(100);
    assertThat(seen).isEmpty();
    commit(5);
    assertThat(seen).containsExactly("2@1 b", "3@1 c", "4@1 -", "5@1 d");
    commit(6);
    assertThat(seen).endsWith("6@1 e").hasSize(5);
  }

  @Test
  void noMoreComesThanWasAskedFor() {
    append("a", "b", "c");
    commit(3);
    Observer observer = subscribe(1);
    assertThat(seen).isEmpty();
    observer.request(1);
    observer.request(1);
    assertThat(seen).containsExactly("1@1 a", "2@1 b");
    observer.request(Long.MAX_VALUE);
    observer.request(Long.MAX_VALUE);
    append("d");
    commit(4);
    assertThat(seen).endsWith("3@1 c", "4@1 d").hasSize(4);
  }

  @Test
  void whoComesTooLateForCompactedEntriesIsToldSo() {
    append("a", "b", "c");
    commit(3);
    Observer early = subscribe(1);
    early.request(1);
    append("d", "e");
    commit(5);
    compact(4);
    // What was read before is still sent.
    early.request(2);
    early.request(1);
    Observer late = subscribe(2);
    late.request(1);
    late.request(1);
    String compacted = "EntriesCompactedException: the entry at %s was compacted away, "
        + "and the log here starts at 5";
    assertThat(seen)
        .containsExactly(
            "1@1 a",
            "2@1 b",
            "3@1 c",
            String.format(Locale.ROOT, compacted, 4),
            String.format(Locale.ROOT, compacted, 2));
  }

  @Test
  void commandsOfSessionsAreShownAsSuch() {
    append(
        EntryType.SESSION,
        SessionEntry.open(1000),
        SessionEntry.command(1, 1, 1, "in session".getBytes(UTF_8)));
    commit(2);
    subscribe(1).request(5);
    assertThat(seen).containsExactly("1@1 -", "2@1 in session");
  }

  @Test
  void afterACancellationNothingComes() {
    append("a", "b");
    Observer observer = subscribe(1);
    observer.request(5);
    assertThat(observer.subscription).isNotNull();
    observer.subscription.cancel();
    commit(2);
    assertThat(seen).isEmpty();
  }

  @Test
  void anObserverThatThrowsGetsNothingMoreAndDisturbsNobody() {
    append("a", "b");
    Observer throwing = subscribe(1);
    throwing.throwing = true;
    throwing.request(5);
    Observer other = subscribe(2);
    other.request(5);
    commit(2);
    assertThat(seen).containsExactlyInAnyOrder("1@1 a", "2@1 b");
  }

  @Test
  void whoAsksForNothingIsTold() {
    Observer observer = subscribe(1);
    observer.request(0);
    assertThat(seen).hasSize(1).first().asString().startsWith("IllegalArgumentException");
    assertThatThrownBy(() -> streams.from(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theEndOfTheNodeCompletesObserversAndRefusesLaterOnes() {
    subscribe(1).request(5);
    streams.closeAll();
    time.runFor(VirtualTime.SECONDS);
    subscribe(1).request(5);
    assertThat(seen).hasSize(2).startsWith("complete");
    assertThat(seen.get(1)).startsWith("ShuttingDownException");
  }

  @Test
  void thereIsABoundOfObservers() {
    for (int i = 0; i <= EntryStreams.MAX_STREAMS; i++) {
      subscribe(1);
    }
    assertThat(seen).hasSize(1).first().asString().startsWith("OverloadedException");
  }

  @Test
  void theBoundHoldsForThoseWhoSubscribeAtTheSameMoment() throws Exception {
    int threads = 2;
    ThreadedEnvironment environment = new ThreadedEnvironment("streams", 1, 1);
    try {
      for (int round = 0; round < 2000; round++) {
        EntryStreams crowded = new EntryStreams(GROUP, store, environment, () -> 0, () -> 0);
        for (int i = 1; i < EntryStreams.MAX_STREAMS; i++) {
          crowded.from(1).subscribe(new Counting(new CountDownLatch(1)));
        }
        CountDownLatch refused = new CountDownLatch(threads - 1);
        AtomicInteger ready = new AtomicInteger();
        List<Thread> subscribing = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          Thread one = new Thread(() -> {
            Flow.Publisher<CommittedEntry> entries = crowded.from(1);
            Counting observer = new Counting(refused);
            ready.incrementAndGet();
            while (ready.get() < threads) {
              Thread.onSpinWait();
            }
            entries.subscribe(observer);
          });
          subscribing.add(one);
          one.start();
        }
        for (Thread one : subscribing) {
          one.join();
        }
        assertThat(refused.await(10, SECONDS))
            .as("there was one place, round %d", round)
            .isTrue();
      }
    } finally {
      environment.shutdown().join();
    }
  }

  private record Counting(CountDownLatch refused) implements Flow.Subscriber<CommittedEntry> {
    @Override
    public void onSubscribe(Flow.Subscription given) {}

    @Override
    public void onNext(CommittedEntry entry) {}

    @Override
    public void onError(Throwable failure) {
      refused.countDown();
    }

    @Override
    public void onComplete() {}
  }

  @Test
  @DisplayName(
      "what a snapshot has replaced is never read from the log: it may hold what was never committed")
  void replacedByASnapshot() {
    append("a", "b", "c", "d", "e");
    replacedIndex = 5;
    commit(5);
    Observer observer = subscribe(3);
    observer.request(10);
    assertThat(seen).hasSize(1);
    assertThat(seen.get(0)).contains("EntriesCompacted");
  }

  @Test
  void ofANodeThatHasFailedEverybodyIsToldSo() {
    append("a");
    commit(1);
    Observer observer = subscribe(1);
    observer.request(10);
    streams.failAll("its disk is full");
    time.runFor(VirtualTime.SECONDS);
    subscribe(1);
    assertThat(seen).hasSize(3);
    assertThat(seen.subList(1, 3))
        .allSatisfy(told ->
            assertThat(told).startsWith("NodeFailedException").contains("its disk is full"));
  }
}
