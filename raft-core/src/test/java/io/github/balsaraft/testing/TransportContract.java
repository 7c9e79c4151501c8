package io.github.balsaraft.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.Message;
import io.github.balsaraft.transport.PeerConnection.State;
import io.github.balsaraft.transport.Transport;
import io.github.balsaraft.transport.UnreadableEntries;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Transport} is expected to do. Extend it, say how to make one, and its tests run for yours.
 *
 * <p>A transport may drop anything at any time; the tests allow for it by sending again where one loss would decide, and
 * never ask when something happens, only that it does within half a minute.
 */
public abstract class TransportContract extends TransportConnectionsContract {

  @Test
  void deliversWithTheSendersIdentity() {
    TransportTestHost a = host("a");
    TransportTestHost b = host("b");
    connect(a, b);
    assertThat(b.receiver().senders()).containsOnly(a.record());
    assertThat(a.transport().connection(b.id()).state()).isEqualTo(State.CONNECTED);
  }

  @Test
  void deliversBatchOfSeveralGroups() {
    TransportTestHost a = host("a");
    TransportTestHost b = host("b");
    connect(a, b);
    List<GroupMessage> batch = new ArrayList<>();
    for (long group = 0; group < 100; group++) {
      batch.add(new GroupMessage(new GroupId(group * group), SampleMessages.heartbeat(-group)));
    }
    a.transport().send(b.id(), batch);
    b.receiver().await("the batch", () -> b.receiver().groupMessages().containsAll(batch));
  }

  /** A kind without a sample would go unnoticed everywhere else too. */
  @Test
  void everyKindOfMessageHasSample() {
    Set<String> sampled = SampleMessages.all().stream()
        .map(message -> message.getClass().getSimpleName())
        .collect(Collectors.toCollection(TreeSet::new));
    assertThat(sampled).isEqualTo(SampleMessages.allKinds());
  }

  @Test
  void everyKindOfMessageSurvivesUnchanged() {
    TransportTestHost a = host("a");
    TransportTestHost b = host("b");
    connect(a, b);
    for (Message sample : SampleMessages.all()) {
      int before = b.receiver().messages().size();
      a.send(b.id(), sample);
      b.receiver().await("" + sample, () -> b.receiver().messages().size() > before);
      assertThat(b.receiver().messages().get(before))
          .usingRecursiveComparison()
          .withEqualsForType(EntryBatch::equals, EntryBatch.class)
          .withStrictTypeChecking()
          .isEqualTo(sample);
    }
  }

  @Test
  void sendsToSeveralHostsAndBack() {
    TransportTestHost a = host("a");
    TransportTestHost b = host("b");
    TransportTestHost c = host("c");
    connect(a, b);
    connect(a, c);
    connect(c, b);
    connect(b, a);
    assertThat(b.receiver().senders()).contains(a.record(), c.record());
    assertThat(c.receiver().senders()).containsOnly(a.record());
    assertThat(a.receiver().senders()).containsOnly(b.record());
  }

  @Test
  void answersFromWithinReceiver() {
    TransportTestHost a = host("a");
    TransportTestHost b = host("b");
    connect(a, b);
    connect(b, a);
    b.receiver().onEachBatch(batch -> b.send(a.id(), SampleMessages.heartbeat(-1)));
    a.send(b.id(), SampleMessages.heartbeat(1));
    a.receiver()
        .await("the answer", () -> a.receiver().messages().contains(SampleMessages.heartbeat(-1)));
  }

  /** What a heartbeat is for is lost if it waits behind the entries of a slow receiver. */
  @Test
  void largeMessagesDontDelaySmallOnes() {
    TransportTestHost a = host("a");
    TransportTestHost b = host("b");
    connect(a, b);
    int count = 48;
    List<GroupMessage> bulk = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      bulk.add(new GroupMessage(GroupId.DEFAULT, SampleMessages.append(i, 1 << 20)));
    }
    // The receiver hangs in its first large one until the small one is on its way, too.
    CountDownLatch open = new CountDownLatch(1);
    b.receiver().onEachBatch(batch -> await(open));
    a.transport().send(b.id(), bulk);
    a.send(b.id(), SampleMessages.heartbeat(-1));
    open.countDown();
    b.receiver()
        .await(
            "all",
            () -> b.receiver().messages().stream()
                .anyMatch(message ->
                    message instanceof AppendEntries append && append.commit() == count));
    assertThat(b.receiver().messages())
        .as("the small one overtook at least the last large one")
        .containsSubsequence(SampleMessages.heartbeat(-1), bulk.get(count - 1).message());
  }

  /** A receiver that hangs costs its senders a bounded amount of memory and never blocks them. */
  @Test
  void boundsWhatIsQueued() {
    long bound = 1 << 20;
    TransportTestHost a = host("a", CLUSTER, bound);
    TransportTestHost b = host("b", CLUSTER, bound);
    connect(a, b);
    CountDownLatch open = new CountDownLatch(1);
    b.receiver().onEachBatch(batch -> await(open));
    // Far more than a queue at either end and the sockets between them can hold.
    int count = 4000;
    int payload = 64 << 10;
    for (int i = 1; i <= count; i++) {
      a.send(b.id(), SampleMessages.append(i, payload));
    }
    a.receiver().await("no room", () -> !a.receiver().writable(b.id()));
    open.countDown();
    a.receiver().await("room again", () -> a.receiver().writable(b.id()));
    int afterwards = b.receiver().messages().size();
    a.send(b.id(), SampleMessages.append(-1, payload));
    b.receiver().await("one more", () -> b.receiver().messages().size() > afterwards);
    long arrived = b.receiver().messages().stream().filter(Message::isBulk).count();
    assertThat(arrived).as("most was dropped").isLessThan(count / 2);
  }

  /** Whoever is told that it was dropped does something else with it: it must not come all the same. */
  @Test
  void whatIsSaidToBeDroppedNeverArrives() {
    long bound = 1 << 20;
    TransportTestHost a = host("a", CLUSTER, bound);
    TransportTestHost b = host("b", CLUSTER, bound);
    connect(a, b);
    CountDownLatch open = new CountDownLatch(1);
    b.receiver().onEachBatch(batch -> await(open));
    Set<Long> dropped = new TreeSet<>();
    for (long i = 1; i <= 1000; i++) {
      GroupMessage message = new GroupMessage(GroupId.DEFAULT, SampleMessages.append(i, 64 << 10));
      if (!a.transport().trySend(b.id(), message)) {
        dropped.add(i);
      }
    }
    open.countDown();
    a.receiver().await("room again", () -> a.receiver().writable(b.id()));
    a.send(b.id(), SampleMessages.append(-1, 1));
    b.receiver()
        .await(
            "one more",
            () -> b.receiver().messages().stream()
                .anyMatch(
                    message -> message instanceof AppendEntries append && append.commit() == -1));
    assertThat(b.receiver().messages())
        .noneMatch(message ->
            message instanceof AppendEntries append && dropped.contains(append.commit()));
  }

  @Test
  void largestMessageArrives() {
    TransportTestHost a = host("a");
    TransportTestHost b = host("b");
    connect(a, b);
    int largest = (int) Math.min(a.transport().maxMessageBytes(), PLENTY / 2);
    AppendEntries message = SampleMessages.append(1, largest);
    b.receiver().await("it", () -> {
      if (a.receiver().writable(b.id())) {
        a.send(b.id(), message);
      }
      return b.receiver().messages().stream().anyMatch(Message::isBulk);
    });
  }

  /** Who would close the connection instead would do so again and again, since the protocol repeats what matters. */
  @Test
  void messageThatIsTooLargeDoesNoHarmToOthers() {
    TransportTestHost a = host("a");
    TransportTestHost b = host("b");
    connect(a, b);
    int tooLarge = (int) Math.min(2 * Math.min(a.transport().maxMessageBytes(), PLENTY), PLENTY);
    a.send(b.id(), SampleMessages.append(1, tooLarge));
    int next = 2;
    b.receiver().await("the next", () -> {
      a.send(b.id(), SampleMessages.append(next, 10));
      return b.receiver().messages().stream()
          .anyMatch(message -> message instanceof AppendEntries append && append.commit() == next);
    });
    assertThat(a.transport().connection(b.id()).state()).isEqualTo(State.CONNECTED);
    assertThat(a.receiver().gone()).isEmpty();
    assertThat(b.receiver().gone()).isEmpty();
  }

  @Test
  void receiverThatThrowsGetsTheNext() {
    TransportTestHost a = host("a");
    TransportTestHost b = host("b");
    AtomicInteger failures = new AtomicInteger();
    b.receiver().onEachBatch(batch -> {
      if (failures.incrementAndGet() == 1) {
        throw new IllegalStateException("thrown by the test; nothing is wrong");
      }
    });
    connect(a, b);
    assertThat(failures).hasValueGreaterThan(1);
  }

  @Test
  void manyThreadsSendAtOnce() throws InterruptedException {
    TransportTestHost a = host("a");
    TransportTestHost b = host("b");
    connect(a, b);
    long perThread = 500;
    List<Thread> threads = new ArrayList<>();
    for (long base = 1; base <= 4; base++) {
      long first = base * 1_000_000;
      Thread thread = new Thread(() -> LongStream.range(first, first + perThread)
          .forEach(n -> a.send(b.id(), SampleMessages.heartbeat(n), SampleMessages.append(n, 10))));
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    b.receiver()
        .await(
            "all",
            () -> new TreeSet<>(b.receiver().messages().stream()
                        .filter(message -> message instanceof Heartbeat)
                        .map(message -> ((Heartbeat) message).sequence())
                        .filter(n -> n >= 1_000_000)
                        .toList())
                    .size()
                == 4 * perThread);
    b.receiver()
        .await(
            "all bulk",
            () ->
                b.receiver().messages().stream().filter(Message::isBulk).count() == 4 * perThread);
  }

  @Test
  void closeStopsDelivery() {
    TransportTestHost a = host("a");
    TransportTestHost b = host("b");
    connect(a, b);
    for (int i = 0; i < 2000; i++) {
      a.send(b.id(), SampleMessages.heartbeat(i), SampleMessages.append(i, 1000));
    }
    b.close();
    int atClose = b.receiver().messages().size();
    for (int i = 0; i < 2000; i++) {
      a.send(b.id(), SampleMessages.heartbeat(i));
    }
    awaitState(a, b, State.UNREACHABLE);
    assertThat(b.receiver().messages()).hasSize(atClose);
  }

  @Test
  void closedTransportTakesCallsWithoutEffect() {
    TransportTestHost a = host("a");
    TransportTestHost b = host("b");
    connect(a, b);
    a.close();
    Heartbeat tooLate = SampleMessages.heartbeat(-1);
    a.send(b.id(), tooLate);
    a.transport().identityChanged();
    a.transport().setRoute(b.id(), b.transport().localAddress());
    a.send(b.id(), tooLate);
    a.close();
    // What was sent in spite of all would be there before what is sent behind it, by another and by
    // who takes the place of the first.
    connect(host("c"), b);
    connect(host("a"), b);
    assertThat(b.receiver().messages()).doesNotContain(tooLate);
  }

  /**
   * Whoever skipped them would let a replica go on without them, and they are sent again for ever. See {@link #sendNewerEntries}.
   */
  @Test
  void entriesOfANewerVersionAreToldAndTheRestGoesOn() throws Exception {
    TransportTestHost a = host("a");
    TransportTestHost b = host("b");
    connect(a, b);
    List<UnreadableEntries> sent = new ArrayList<>();
    sendNewerEntries(b, entries -> {
      sent.add(entries);
      b.receiver().await("it is told", () -> !b.receiver().unreadable().isEmpty());
    });
    connect(a, b);
    assertThat(b.receiver().unreadable()).isEqualTo(sent);
    assertThat(b.receiver().messages()).allMatch(message -> message instanceof Heartbeat);
    assertThat(b.receiver().gone()).doesNotContain(a.id());
  }

  /**
   * Sends entries that only a newer version can read to a host of the usual cluster, as a peer of that version would, one time. To be
   * overridden for a transport that encodes messages; one that hands them over as they are has nothing that is newer than itself.
   *
   * @param whileConnected to be called once it is sent, with what the receiver is to be told; returns when that has happened
   */
  protected void sendNewerEntries(TransportTestHost to, Consumer<UnreadableEntries> whileConnected)
      throws Exception {}

  @Test
  void closeWaitsForTheReceiver() throws InterruptedException {
    TransportTestHost a = host("a");
    TransportTestHost b = host("b");
    connect(a, b);
    AtomicBoolean inReceiver = new AtomicBoolean();
    AtomicBoolean wasInReceiver = new AtomicBoolean();
    CountDownLatch entered = new CountDownLatch(1);
    Thread closer = new Thread(() -> {
      b.close();
      wasInReceiver.set(inReceiver.get());
    });
    b.receiver().onEachBatch(batch -> {
      inReceiver.set(true);
      entered.countDown();
      // Until close waits for this call, or has ended without it.
      Set<Thread.State> later = Set.of(
          Thread.State.WAITING,
          Thread.State.TIMED_WAITING,
          Thread.State.BLOCKED,
          Thread.State.TERMINATED);
      while (!later.contains(closer.getState())) {
        Thread.onSpinWait();
      }
      inReceiver.set(false);
    });
    a.receiver().await("a call", () -> {
      a.send(b.id(), SampleMessages.heartbeat(sequence.incrementAndGet()));
      return entered.getCount() == 0;
    });
    closer.start();
    closer.join();
    assertThat(wasInReceiver)
        .as("a receiver's method ran when close had returned")
        .isFalse();
  }

  @Test
  void startsOnce() {
    TransportTestHost a = host("a");
    assertThatThrownBy(() -> a.transport().start(a::record, a.receiver()))
        .isInstanceOf(IllegalStateException.class);
  }
}
