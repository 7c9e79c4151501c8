package io.github.balsaraft.examples.kv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.balsaraft.examples.kv.testing.FakeMembership;
import io.github.balsaraft.examples.kv.testing.TestServer;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** Types {@code kv admin} and looks at what is printed; the server is real, the cluster behind it is not. */
@Timeout(60)
abstract class AdminTyping {

  final TestServer server = TestServer.start();
  final FakeMembership members = server.backend().members();
  final ByteArrayOutputStream out = new ByteArrayOutputStream();
  final ByteArrayOutputStream err = new ByteArrayOutputStream();
  final CommandLine line = new CommandLine(
      new Console(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), "kv"));

  @AfterEach
  final void close() {
    server.close();
  }

  /** Types {@code kv admin} and these words; returns the exit status. */
  final int admin(String... words) {
    return adminAt("127.0.0.1:" + server.server().port(), words);
  }

  final int adminAt(String servers, String... words) {
    List<String> all = new ArrayList<>(List.of("admin", "--servers", servers));
    all.addAll(List.of(words));
    return line.run(all.toArray(String[]::new));
  }

  final String printed() {
    return out.toString(UTF_8).replace(":" + server.server().port(), ":PORT");
  }

  final String complaint() {
    return err.toString(UTF_8);
  }

  /** One at which nobody listens. */
  static int closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  static Member voter(int number) {
    return Member.voter(
        new ReplicaId(number), new HostId("n" + number), "10.0.0." + number + ":8001");
  }

  static Configuration three() {
    return Configuration.of(List.of(voter(1), voter(2), voter(3)));
  }

  static Configuration four() {
    return Configuration.of(List.of(voter(1), voter(2), voter(3), voter(4)));
  }
}
