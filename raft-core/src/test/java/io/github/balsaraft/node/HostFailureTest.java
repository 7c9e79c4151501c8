package io.github.balsaraft.node;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.testing.simulation.world.DiskLogStore;
import io.github.balsaraft.testing.simulation.world.Observer;
import io.github.balsaraft.testing.simulation.world.World;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What becomes of a host whose log store fails in the background, with real threads. */
class HostFailureTest {

  /** Closing waits for what the transport delivers; and a failure to close it must not go unseen. */
  @Test
  void theTransportIsClosedOnAThreadOfItsOwnAndAFailureIsLogged() throws Exception {
    FakeTransport transport = new FakeTransport();
    World world = new World(1, Observer.NONE);
    DiskLogStore store = new DiskLogStore(world.add(new HostId("n1")).disk());
    ThreadedEnvironment environment = new ThreadedEnvironment("n1", 1, 1);
    HostRuntime host =
        new HostRuntime(new HostId("n1"), store, transport, environment, Duration.ofSeconds(10));
    CompletableFuture<Thread> closing = new CompletableFuture<>();
    CompletableFuture<Boolean> ownThread = new CompletableFuture<>();
    transport.onClose = () -> {
      closing.complete(Thread.currentThread());
      ownThread.complete(environment.isOwnThread());
      throw new IllegalStateException("can't be closed");
    };
    try (CapturedLog log = new CapturedLog()) {
      store.failInBackground(new LogStoreException("no more room"));
      Thread thread = closing.get(30, SECONDS);
      assertThat(ownThread.get(30, SECONDS))
          .as("one of the few threads that all groups share")
          .isFalse();
      assertThat(thread.isDaemon()).isTrue();
      thread.join(SECONDS.toMillis(30));
      assertThat(log.lines("closing the transport failed")).hasSize(1);
      assertThat(log.lines("can't be closed")).isNotEmpty();
    } finally {
      transport.onClose = () -> {};
      host.close();
    }
  }
}
