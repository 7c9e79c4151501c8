package io.github.balsaraft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.testing.RecordingReceiver;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** When nothing more is expected on connections whose other end is dead. A turn of their event loop is whenever a test says so. */
@ExtendWith(NoLeaks.class)
class ReadToEndTest {

  private static final long SILENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final Counters counters = new Counters();
  private final FrameDecoder frames = new FrameDecoder(
      RawPeer.identity("n2").host(),
      1 << 16,
      new Deliveries(new RecordingReceiver(), counters),
      counters,
      Wire.LOG);
  private final EmbeddedChannel channel = new EmbeddedChannel(frames);
  private final AtomicInteger told = new AtomicInteger();

  @BeforeEach
  void await() {
    ReadToEnd.await(List.of(channel), told::incrementAndGet);
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private static void pass(long nanos) {
    long until = System.nanoTime() + nanos;
    while (System.nanoTime() < until) {
      Thread.onSpinWait();
    }
  }

  /** What is due is done after so long. */
  private void turnAfter(long nanos) {
    pass(nanos);
    channel.runScheduledPendingTasks();
  }

  /** Part of a frame. */
  private void arrive() {
    channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {0}));
  }

  @Test
  void silenceIsEnoughOnceItLastsForAnotherTurn() {
    turnAfter(SILENCE_NANOS + TURN_NANOS);
    assertThat(told).hasValue(0);
    turnAfter(TURN_NANOS);
    assertThat(told).hasValue(1);
    turnAfter(SILENCE_NANOS + TURN_NANOS);
    Quietly.close(channel);
    assertThat(told).as("once").hasValue(1);
  }

  /** The machine did between the look into the sockets and what is due: what came meanwhile is read in the next turn. */
  @Test
  void aLoopThatStoodStillDecidesNothing() {
    turnAfter(SILENCE_NANOS + TURN_NANOS);
    arrive();
    turnAfter(TURN_NANOS);
    boolean stoodStillAgain = frames.silentNanos() >= SILENCE_NANOS;
    assertThat(told.get() == 0 || stoodStillAgain).isTrue();
    turnAfter(SILENCE_NANOS);
    turnAfter(TURN_NANOS);
    assertThat(told).hasValue(1);
  }

  @Test
  void aConnectionThatIsClosedIsRead() {
    Quietly.close(channel);
    channel.runPendingTasks();
    assertThat(told).hasValue(1);
  }

  @Test
  void whereThereIsNoConnectionNothingIsWaitedFor() {
    ReadToEnd.await(List.of(), told::incrementAndGet);
    assertThat(told).hasValue(1);
  }
}
