package io.github.balsaraft.transport.netty;

import java.util.Map;

/**
 * What a {@link NettyTransport} has counted since it was made. Each number only grows; they are read one after the other,
 * so two of them may be apart by what happened in between. What {@link NettyTransport#trySend} didn't take is not lost, and counts as
 * dropped nowhere: whoever wanted to send it keeps it, and may try again every few milliseconds.
 *
 * @param framesSent frames handed to sockets
 * @param bytesSent their bytes, lengths included
 * @param messagesSent the messages in them
 * @param flushes how often buffered frames were pushed to a socket; far fewer than messages under load
 * @param framesReceived frames that were read
 * @param bytesReceived their bytes, lengths included
 * @param messagesReceived messages handed to the receiver
 * @param droppedNoRoute messages to hosts of which nobody has said where they are
 * @param droppedUnreachable messages to hosts that couldn't be connected to, or whose connection broke with them queued
 * @param droppedQueueFull messages to hosts that didn't keep up
 * @param droppedTooLarge messages that don't fit into a frame
 * @param unknownMessages messages of a kind or format that only newer versions know
 * @param malformedMessages messages that failed a checksum or contradicted themselves
 * @param brokenFrames connections that were closed for a frame that is too large or not well-formed
 * @param garbage inbound connections that were closed because they didn't begin with a handshake of ours
 * @param handshakeTimeouts connections, in either direction, on which no handshake came in time
 * @param inboundRejected inbound connections that were closed because there were too many
 * @param connects connections that were made and passed the handshake
 * @param connectFailures attempts that didn't get that far
 * @param peersGone hints that a peer's process is gone
 * @param receiverFailures exceptions that a receiver has thrown
 * @param clientConnects connections of clients that were welcomed
 * @param clientsRefused clients that were turned away
 * @param clientRequests requests of clients that were taken in
 * @param clientAnswers answers that were sent to clients
 * @param refused handshakes refused, by this host or by its peer, by reason; a reason that never occurred is zero
 */
public record NettyTransportStats(
    long framesSent,
    long bytesSent,
    long messagesSent,
    long flushes,
    long framesReceived,
    long bytesReceived,
    long messagesReceived,
    long droppedNoRoute,
    long droppedUnreachable,
    long droppedQueueFull,
    long droppedTooLarge,
    long unknownMessages,
    long malformedMessages,
    long brokenFrames,
    long garbage,
    long handshakeTimeouts,
    long inboundRejected,
    long connects,
    long connectFailures,
    long peersGone,
    long receiverFailures,
    long clientConnects,
    long clientsRefused,
    long clientRequests,
    long clientAnswers,
    Map<RefusalReason, Long> refused) {

  public NettyTransportStats {
    refused = Map.copyOf(refused);
  }
}
