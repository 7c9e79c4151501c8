package io.github.balsaraft.transport.netty;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** The live form of {@link NettyTransportStats}; the names are explained there. Thread-safe. */
final class Counters {
  final LongAdder framesSent = new LongAdder();
  final LongAdder bytesSent = new LongAdder();
  final LongAdder messagesSent = new LongAdder();
  final LongAdder flushes = new LongAdder();
  final LongAdder framesReceived = new LongAdder();
  final LongAdder bytesReceived = new LongAdder();
  final LongAdder messagesReceived = new LongAdder();
  final LongAdder droppedNoRoute = new LongAdder();
  final LongAdder droppedUnreachable = new LongAdder();
  final LongAdder droppedQueueFull = new LongAdder();
  final LongAdder droppedTooLarge = new LongAdder();
  final LongAdder unknownMessages = new LongAdder();
  final LongAdder malformedMessages = new LongAdder();
  final LongAdder brokenFrames = new LongAdder();
  final LongAdder garbage = new LongAdder();
  final LongAdder handshakeTimeouts = new LongAdder();
  final LongAdder inboundRejected = new LongAdder();
  final LongAdder connects = new LongAdder();
  final LongAdder connectFailures = new LongAdder();
  final LongAdder peersGone = new LongAdder();
  final LongAdder receiverFailures = new LongAdder();
  final LongAdder clientConnects = new LongAdder();
  final LongAdder clientsRefused = new LongAdder();
  final LongAdder clientRequests = new LongAdder();
  final LongAdder clientAnswers = new LongAdder();
  private final Map<RefusalReason, LongAdder> refused = new EnumMap<>(RefusalReason.class);

  Counters() {
    // All of them now: afterwards the map is only read, by any thread.
    for (RefusalReason reason : RefusalReason.values()) {
      refused.put(reason, new LongAdder());
    }
  }

  void refused(RefusalReason reason) {
    LongAdder counter = refused.get(reason);
    if (counter != null) {
      counter.increment();
    }
  }

  NettyTransportStats read() {
    Map<RefusalReason, Long> refusedByReason = new EnumMap<>(RefusalReason.class);
    refused.forEach((reason, count) -> refusedByReason.put(reason, count.sum()));
    return new NettyTransportStats(
        framesSent.sum(),
        bytesSent.sum(),
        messagesSent.sum(),
        flushes.sum(),
        framesReceived.sum(),
        bytesReceived.sum(),
        messagesReceived.sum(),
        droppedNoRoute.sum(),
        droppedUnreachable.sum(),
        droppedQueueFull.sum(),
        droppedTooLarge.sum(),
        unknownMessages.sum(),
        malformedMessages.sum(),
        brokenFrames.sum(),
        garbage.sum(),
        handshakeTimeouts.sum(),
        inboundRejected.sum(),
        connects.sum(),
        connectFailures.sum(),
        peersGone.sum(),
        receiverFailures.sum(),
        clientConnects.sum(),
        clientsRefused.sum(),
        clientRequests.sum(),
        clientAnswers.sum(),
        refusedByReason);
  }
}
