package io.github.balsaraft.transport.netty;

import io.github.balsaraft.testing.TransportContract;
import io.github.balsaraft.testing.TransportTestHost;
import io.github.balsaraft.transport.Transport;
import io.github.balsaraft.transport.UnreadableEntries;
import java.util.function.Consumer;
import org.junit.jupiter.api.extension.ExtendWith;

/** The contract, with one event loop as in production. */
@ExtendWith(NoLeaks.class)
class NettyTransportTest extends TransportContract {

  @Override
  protected Transport newTransport(long maxQueuedBytesPerPeer) {
    return NettyTransport.builder()
        .bindAddress("127.0.0.1:0")
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
    return NettyTransport.builder().bindAddress(address).build();
  }
}
