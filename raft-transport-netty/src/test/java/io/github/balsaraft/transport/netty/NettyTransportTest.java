package io.github.balsaraft.transport.netty;

import io.github.balsaraft.testing.TransportContract;
import io.github.balsaraft.transport.Transport;
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
  protected Transport newTransportAt(String address) {
    return NettyTransport.builder().bindAddress(address).build();
  }
}
