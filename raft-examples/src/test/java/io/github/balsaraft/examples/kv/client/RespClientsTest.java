package io.github.balsaraft.examples.kv.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.kv.server.HostPort;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketOption;
import java.time.Duration;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RespClientsTest {

  @Test
  @DisplayName(
      "a reply that is awaited from a machine that is gone is given up by the system, soon")
  void lostPeers() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        RespClients clients = new RespClients();
        RespConnection connection = clients
            .connect(new HostPort("127.0.0.1", server.getLocalPort()), Duration.ofSeconds(20))
            .join()) {
      assertThat(connection.config().getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
      if (server.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE)) {
        assertThat(value(connection, ExtendedSocketOptions.TCP_KEEPIDLE)).isEqualTo(15);
        assertThat(value(connection, ExtendedSocketOptions.TCP_KEEPINTERVAL)).isEqualTo(5);
        assertThat(value(connection, ExtendedSocketOptions.TCP_KEEPCOUNT)).isEqualTo(3);
      }
    }
  }

  private static <T> T value(RespConnection connection, SocketOption<T> option) {
    ChannelConfig config = connection.config();
    return config.getOption(NioChannelOption.of(option));
  }
}
