package io.github.balsaraft.transport.netty;

import static io.github.balsaraft.transport.netty.NewerEntries.append;
import static io.github.balsaraft.transport.netty.NewerEntries.birthAnswer;
import static io.github.balsaraft.transport.netty.NewerEntries.changed;
import static io.github.balsaraft.transport.netty.NewerEntries.frameOf;
import static io.github.balsaraft.transport.netty.NewerEntries.unreadable;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.testing.SampleMessages;
import io.github.balsaraft.testing.TransportTestHost;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Entries of a type or format that only a newer version knows: never skipped, never taken for damage. */
@ExtendWith(NoLeaks.class)
class NewerEntriesTest extends NettyHosts {

  @Test
  void areReportedToTheirGroupAndTheConnectionGoesOn() throws Exception {
    TransportTestHost a = host("n1", settings());
    try (RawPeer peer = RawPeer.dial(a.transport().localAddress())) {
      assertThat(peer.hello(PEER.name(), "n1", LaneKind.BULK).answer()).isNotNull();
      peer.send(frameOf(append(changed(1, 99, true)), append(changed(0, 2, true))));
      peer.send(frameOf(birthAnswer(changed(1, 200, true))));
      peer.send(Wire.frame(SampleMessages.heartbeat(1)));
      a.receiver()
          .await("what comes behind them", () -> !a.receiver().messages().isEmpty());
    }
    assertThat(a.receiver().messages()).containsExactly(SampleMessages.heartbeat(1));
    assertThat(a.receiver().unreadable())
        .containsExactly(
            unreadable(5, "entry 1 of term 1 is of type 99"),
            unreadable(5, "entry 1 of term 1 is in format 2"),
            unreadable(0, "entry 1 of term 1 is of type 200"));
    assertThat(stats(a).unknownMessages()).isEqualTo(3);
    assertThat(stats(a).malformedMessages()).isZero();
  }

  /** A replica must not stop for a bit that flipped on the way. */
  @Test
  void damageIsNotTakenForThem() throws Exception {
    TransportTestHost a = host("n1", settings());
    try (RawPeer peer = RawPeer.dial(a.transport().localAddress())) {
      assertThat(peer.hello(PEER.name(), "n1", LaneKind.BULK).answer()).isNotNull();
      peer.send(frameOf(append(changed(1, 99, false)), append(changed(0, 2, false))));
      peer.send(Wire.frame(SampleMessages.heartbeat(1)));
      a.receiver().await("what comes behind it", () -> !a.receiver().messages().isEmpty());
    }
    assertThat(a.receiver().unreadable()).isEmpty();
    assertThat(stats(a).malformedMessages()).isEqualTo(2);
  }
}
