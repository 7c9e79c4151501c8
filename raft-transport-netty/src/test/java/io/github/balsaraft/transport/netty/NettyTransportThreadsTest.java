package io.github.balsaraft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.testing.TransportContract;
import io.github.balsaraft.testing.TransportTestHost;
import io.github.balsaraft.transport.Transport;
import io.github.balsaraft.transport.UnreadableEntries;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.extension.ExtendWith;

/** The contract once more, with several event loops: the lanes of one peer are then on different threads. */
@ExtendWith(NoLeaks.class)
class NettyTransportThreadsTest extends TransportContract {

  @Override
  protected Transport newTransport(long maxQueuedBytesPerPeer) {
    return NettyTransport.builder()
        .bindAddress("localhost:0")
        .eventLoopThreads(3)
        .maxQueuedBytesPerPeer(maxQueuedBytesPerPeer)
        .build();
  }

  @Override
  protected void sendNewerEntries(TransportTestHost to, Consumer<UnreadableEntries> whileConnected)
      throws Exception {
    NewerEntries.send(to, whileConnected);
  }

  @Override
  protected Transport newTransportAt(String address) {
    return NettyTransport.builder().bindAddress(address).eventLoopThreads(3).build();
  }

  @AfterAll
  static void closeEndsAllEventLoops() throws InterruptedException {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      // Those of the resolver end by themselves when they have been idle.
      if (thread.getName().startsWith("balsa-net-") && !thread.getName().contains("resolver")) {
        // It has said its last word when close() returns, and may still be leaving.
        thread.join(10_000);
        assertThat(thread.isAlive()).as("%s is still there", thread).isFalse();
      }
    }
  }
}
