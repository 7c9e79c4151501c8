package io.github.balsaraft.transport.netty;

import org.jspecify.annotations.Nullable;

/** What a {@link NettyTransportBuilder} was told; the settings are explained there. */
record NettyOptions(
    HostPort bind,
    @Nullable HostPort advertised,
    AddressResolver resolver,
    int eventLoopThreads,
    int maxFrameBytes,
    long maxQueuedBulkBytes,
    long maxQueuedControlBytes,
    long minBackoffMillis,
    long maxBackoffMillis,
    int connectTimeoutMillis,
    long handshakeTimeoutMillis,
    int maxInboundConnections,
    int maxPendingHandshakes,
    long maxUnusedMillis) {

  /** The bound of one lane's queue. */
  long maxQueuedBytes(LaneKind lane) {
    return lane == LaneKind.BULK ? maxQueuedBulkBytes : maxQueuedControlBytes;
  }
}
