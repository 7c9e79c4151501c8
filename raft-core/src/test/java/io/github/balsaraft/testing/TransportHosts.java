package io.github.balsaraft.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.transport.PeerConnection.State;
import io.github.balsaraft.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** The hosts of a test of a transport: made, connected, waited for, closed and checked. */
abstract class TransportHosts {

  /** The cluster of hosts of which a test says nothing else. */
  static final ClusterIdentity CLUSTER = new ClusterIdentity(77, 1);

  /** A bound that no test reaches by accident. */
  static final long PLENTY = 64L << 20;

  private final List<TransportTestHost> hosts = new ArrayList<>();
  final AtomicLong sequence = new AtomicLong();

  /**
   * A transport that isn't started yet. All that one instance of the test class makes can reach each other.
   *
   * @param maxQueuedBytesPerPeer the bound of what is queued for a peer, for bulk messages
   */
  protected abstract Transport newTransport(long maxQueuedBytesPerPeer);

  /** A transport that isn't started yet and is to listen at this address, which another one of this test has had. */
  protected abstract Transport newTransportAt(String address);

  /** A started host of the usual cluster, closed after the test. */
  protected final TransportTestHost host(String name) {
    return host(name, CLUSTER, PLENTY);
  }

  /** A started host, closed after the test. */
  protected final TransportTestHost host(
      String name, @Nullable ClusterIdentity cluster, long maxQueuedBytesPerPeer) {
    HostRecord record = new HostRecord(new HostId(name), hosts.size() + 1, cluster);
    TransportTestHost host = new TransportTestHost(record, newTransport(maxQueuedBytesPerPeer));
    hosts.add(host);
    return host;
  }

  /** Sends heartbeats from one host to another until one arrives. */
  protected final void connect(TransportTestHost from, TransportTestHost to) {
    from.routeTo(to);
    assertThat(heartbeatArrives(from, to, 30_000)).as("a heartbeat arrives").isTrue();
  }

  private boolean heartbeatArrives(TransportTestHost from, TransportTestHost to, long millis) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (System.nanoTime() < deadline) {
      Heartbeat heartbeat = SampleMessages.heartbeat(sequence.incrementAndGet());
      from.send(to.id(), heartbeat);
      if (to.receiver().await(50, () -> to.receiver().messages().contains(heartbeat))) {
        return true;
      }
    }
    return false;
  }

  @AfterEach
  final void closeHostsAndCheckTheirReceivers() {
    hosts.forEach(TransportTestHost::close);
    for (TransportTestHost host : hosts) {
      assertThat(host.receiver().violations()).isEmpty();
    }
  }

  /** Sends heartbeats from one host to another until the way there is in the expected state. */
  final void awaitState(TransportTestHost from, TransportTestHost to, State expected) {
    from.receiver().await(expected + "", () -> {
      from.send(to.id(), SampleMessages.heartbeat(sequence.incrementAndGet()));
      return from.transport().connection(to.id()).state() == expected;
    });
  }

  /** Waits, on a thread of the transport, for the test. */
  static void await(CountDownLatch latch) {
    try {
      if (!latch.await(30, TimeUnit.SECONDS)) {
        throw new AssertionError("the test never opened the latch");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
