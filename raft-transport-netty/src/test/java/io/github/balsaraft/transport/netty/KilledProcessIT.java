package io.github.balsaraft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.testing.SampleMessages;
import io.github.balsaraft.testing.TransportTestHost;
import io.github.balsaraft.transport.PeerConnection.State;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;

/** A peer in a process of its own that is killed: the hint comes long before any election timeout. */
class KilledProcessIT {

  private static final HostId CHILD = new HostId("child");

  @RepeatedTest(3)
  void killedPeerIsGoneWithinMoments() throws Exception {
    // With these pauses, whatever has to wait for the end of one fails.
    try (TransportTestHost parent =
        host("parent", settings().reconnectDelay(Duration.ofMinutes(1), Duration.ofMinutes(1)))) {
      Process process = start(parent.transport().localAddress());
      try {
        BufferedReader output = new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String address = Objects.requireNonNull(output.readLine(), "the child's address");
        parent.transport().setRoute(CHILD, address);
        parent.receiver().await("connections both ways", () -> {
          parent.send(CHILD, SampleMessages.heartbeat(1));
          return !parent.receiver().messages().isEmpty()
              && parent.transport().connection(CHILD).state() == State.CONNECTED;
        });
        assertThat(parent.receiver().gone()).isEmpty();

        long start = System.nanoTime();
        process.destroyForcibly();
        parent.receiver().await("the hint", () -> !parent.receiver().gone().isEmpty());
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        assertThat(millis).as("milliseconds from kill -9 to the hint").isLessThan(15_000);
        assertThat(parent.receiver().gone()).containsExactly(CHILD);
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
  }

  private static Process start(String parentAddress) throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-cp",
            System.getProperty("java.class.path"),
            Child.class.getName(),
            parentAddress)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static NettyTransportBuilder settings() {
    return NettyTransport.builder().bindAddress("127.0.0.1:0");
  }

  private static TransportTestHost host(String name, NettyTransportBuilder settings) {
    return new TransportTestHost(new HostRecord(new HostId(name), 1, null), settings.build());
  }

  /** Answers each batch with a heartbeat, until it is killed. */
  static final class Child {

    private Child() {}

    public static void main(String[] arguments) throws Exception {
      HostId parent = new HostId("parent");
      TransportTestHost child = host(CHILD.name(), settings());
      child.transport().setRoute(parent, arguments[0]);
      child.receiver().onEachBatch(batch -> child.send(parent, SampleMessages.heartbeat(2)));
      System.out.println(child.transport().localAddress());
      // Not for ever, in case the parent dies first.
      TimeUnit.MINUTES.sleep(1);
      System.exit(1);
    }
  }
}
