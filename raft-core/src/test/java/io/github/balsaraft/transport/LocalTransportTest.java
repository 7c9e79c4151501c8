package io.github.balsaraft.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.testing.RecordingReceiver;
import io.github.balsaraft.testing.SampleMessages;
import io.github.balsaraft.testing.TransportContract;
import io.github.balsaraft.testing.TransportTestHost;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class LocalTransportTest extends TransportContract {

  private static final Executor THREADS = Executors.newFixedThreadPool(3, task -> {
    Thread thread = new Thread(task, "delivery");
    thread.setDaemon(true);
    return thread;
  });

  // A network has one bound for all, so that each bound gets a network of its own.
  private final Map<Long, LocalNetwork> networks = new HashMap<>();
  private int hosts;

  @Override
  protected Transport newTransport(long maxQueuedBytesPerPeer) {
    return networks
        .computeIfAbsent(maxQueuedBytesPerPeer, bound -> new LocalNetwork(THREADS, bound))
        .transport("host-" + hosts++);
  }

  @Override
  protected Transport newTransportAt(String address) {
    return networks.values().iterator().next().transport(address);
  }

  @Test
  void hostsFindEachOtherByNameWithoutRoutes() {
    LocalNetwork network = new LocalNetwork();
    try (TransportTestHost a = start(network.transport(), "a");
        TransportTestHost b = start(network.transport(), "b")) {
      assertThat(a.transport().localAddress()).isEqualTo("a");
      a.send(b.id(), SampleMessages.heartbeat(1));
      b.receiver().await("the message", () -> b.receiver().messages().size() == 1);
    }
  }

  @Test
  void sharedNetworkConnectsAllOfProcess() {
    try (TransportTestHost a = start(LocalTransport.shared(), "shared-a");
        TransportTestHost b = start(LocalTransport.shared(), "shared-b")) {
      a.send(b.id(), SampleMessages.heartbeat(1));
      b.receiver().await("the message", () -> b.receiver().messages().size() == 1);
    }
  }

  @Test
  void addressIsFreeAgainAfterClose() {
    LocalNetwork network = new LocalNetwork();
    start(network.transport("x"), "a").close();
    start(network.transport("x"), "a").close();
  }

  @Test
  void refusalNamesBothClustersOrTheOtherHost() {
    LocalNetwork network = new LocalNetwork();
    try (TransportTestHost a = start(network.transport("x"), "a");
        TransportTestHost b = start(network.transport("y"), "b")) {
      a.transport().setRoute(new HostId("c"), "y");
      a.send(new HostId("c"), SampleMessages.heartbeat(1));
      assertThat(a.transport().connection(new HostId("c")).detail()).contains("b");
      assertThat(b.receiver().messages()).isEmpty();
    }
  }

  /** A simulated executor decides when things happen: nothing may happen on the stack of the sender. */
  @Test
  void everythingHappensOnTheGivenExecutor() {
    Queue<Runnable> tasks = new ArrayDeque<>();
    LocalNetwork network = new LocalNetwork(tasks::add, 1000);
    TransportTestHost a = start(network.transport(), "a");
    TransportTestHost b = start(network.transport(), "b");
    a.send(b.id(), SampleMessages.heartbeat(1));
    RecordingReceiver atB = b.receiver();
    assertThat(atB.messages()).isEmpty();
    runAll(tasks);
    assertThat(atB.messages()).containsExactly(SampleMessages.heartbeat(1));
    b.close();
    assertThat(a.receiver().gone()).isEmpty();
    runAll(tasks);
    assertThat(a.receiver().gone()).containsExactly(b.id());
    a.close();
    assertThat(tasks).isEmpty();
  }

  @Test
  void whoTriesToSendIsToldWhatIsDropped() {
    Queue<Runnable> tasks = new ArrayDeque<>();
    LocalNetwork network = new LocalNetwork(tasks::add, 1000);
    TransportTestHost a = start(network.transport(), "a");
    TransportTestHost b = start(network.transport(), "b");
    GroupMessage message = new GroupMessage(GroupId.DEFAULT, SampleMessages.append(1, 600));
    assertThat(a.transport().trySend(b.id(), message)).isTrue();
    assertThat(a.transport().trySend(b.id(), message)).as("no room").isFalse();
    runAll(tasks);
    assertThat(a.transport().trySend(b.id(), message)).as("room again").isTrue();
    assertThat(a.transport().trySend(new HostId("nowhere"), message)).isFalse();
    b.close();
    assertThat(a.transport().trySend(b.id(), message)).isFalse();
    a.close();
    assertThat(a.transport().trySend(b.id(), message)).isFalse();
  }

  private static void runAll(Queue<Runnable> tasks) {
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
  }

  private static TransportTestHost start(Transport transport, String name) {
    return new TransportTestHost(new HostRecord(new HostId(name), 1, null), transport);
  }
}
