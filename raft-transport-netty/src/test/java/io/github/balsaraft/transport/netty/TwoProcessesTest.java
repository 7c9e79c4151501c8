package io.github.balsaraft.transport.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.testing.SampleMessages;
import io.github.balsaraft.testing.TransportTestHost;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two processes have the same host id, as when an empty host was started under the name of a member. */
@ExtendWith(NoLeaks.class)
class TwoProcessesTest extends NettyHosts {

  private static final ClusterIdentity CLUSTER = new ClusterIdentity(7, 1);

  private final PrintStream err = System.err;
  private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
  private TransportTestHost a;

  @BeforeEach
  void start() {
    a = host("n1", CLUSTER, settings());
    System.setErr(new PrintStream(logged, true, UTF_8));
  }

  @AfterEach
  void restoreErr() {
    System.setErr(err);
  }

  private long warnings() {
    return logged
        .toString(UTF_8)
        .lines()
        .filter(line -> line.contains("two processes seem to use the host id n2: "))
        .count();
  }

  private RawPeer hello(
      LaneKind lane, long incarnation, @Nullable ClusterIdentity cluster, long run)
      throws Exception {
    Identity identity = new Identity(new HostRecord(PEER, incarnation, cluster), run);
    RawPeer peer = RawPeer.dial(a.transport().localAddress());
    return peer.send(HandshakeCodec.write(
        new Hello(1, 1, identity, a.id(), lane), UnpooledByteBufAllocator.DEFAULT));
  }

  private static @Nullable Refusal refusal(RawPeer peer) throws Exception {
    return Objects.requireNonNull(peer.answer()).refusal();
  }

  @Test
  void anEmptyOneDoesNotTakeThePlaceOfAMemberThatIsTalking() throws Exception {
    for (LaneKind lane : LaneKind.values()) {
      boolean judged = false;
      while (!judged) {
        judged = isRefusedWhileAMemberTalks(lane);
      }
    }
  }

  /** Whether it could be asserted: not where this machine stood still, so that the member was silent for too long. */
  private boolean isRefusedWhileAMemberTalks(LaneKind lane) throws Exception {
    try (RawPeer member = hello(LaneKind.CONTROL, 1, CLUSTER, 10)) {
      assertThat(refusal(member)).isNull();
      long talkedNanos = System.nanoTime();
      talk(member);
      try (RawPeer empty = hello(lane, 2, null, 20)) {
        Refusal refusal = refusal(empty);
        if (System.nanoTime() - talkedNanos > SECONDS.toNanos(1)) {
          return false;
        }
        assertThat(Objects.requireNonNull(refusal).reason()).isEqualTo(RefusalReason.NAME_TAKEN);
        assertThat(refusal.detail())
            .contains("two processes use the host id n2", "the other, at /127.0.0.1:");
      }
      talk(member);
      return true;
    }
  }

  /** It says something, and is heard. */
  private void talk(RawPeer member) throws Exception {
    int before = a.receiver().messages().size();
    member.send(Wire.frame(SampleMessages.heartbeat(1)));
    a.receiver().await("what it says", () -> a.receiver().messages().size() == before + 1);
  }

  /** Its machine lost power, perhaps, and its disk was replaced: nobody knows yet that its old connection is dead. */
  @Test
  void anEmptyOneTakesThePlaceOfAMemberThatIsSilent() throws Exception {
    try (RawPeer member = hello(LaneKind.CONTROL, 1, CLUSTER, 10)) {
      assertThat(refusal(member)).isNull();
      a.receiver().await("that it is let in", () -> {
        try (RawPeer empty = hello(LaneKind.CONTROL, 2, null, 20)) {
          return refusal(empty) == null;
        } catch (Exception e) {
          throw new AssertionError(e);
        }
      });
      member.awaitClosed();
    }
    assertThat(warnings()).isEqualTo(1);
  }

  @Test
  void twoDisksUnderOneNameAreNamedOnce() throws Exception {
    try (RawPeer one = hello(LaneKind.CONTROL, 1, CLUSTER, 10)) {
      assertThat(refusal(one)).isNull();
      try (RawPeer other = hello(LaneKind.CONTROL, 2, CLUSTER, 20)) {
        assertThat(refusal(other)).isNull();
        try (RawPeer again = hello(LaneKind.CONTROL, 1, CLUSTER, 10)) {
          assertThat(refusal(again)).isNull();
          assertThat(warnings()).isEqualTo(1);
        }
      }
    }
  }

  /** Nobody has said yet that the connection of the process before it is dead. */
  @Test
  void aProcessThatIsStartedAgainIsNotNamed() throws Exception {
    try (RawPeer one = hello(LaneKind.CONTROL, 1, CLUSTER, 10)) {
      assertThat(refusal(one)).isNull();
      try (RawPeer again = hello(LaneKind.CONTROL, 1, CLUSTER, 20)) {
        assertThat(refusal(again)).isNull();
        one.awaitClosed();
        assertThat(warnings()).isZero();
      }
    }
  }
}
