/**
 * Balsa's {@link io.github.balsaraft.transport.Transport} over TCP: Netty, with protobuf on the wire.
 *
 * <p>{@link io.github.balsaraft.transport.netty.NettyTransport} is the way in. Between two hosts there are up to four
 * connections: each dials two to the other, one for small messages and one for bulk, and sends on those that it dialled.
 * Behind it, a {@code PeerLink} owns the two outgoing lanes to one peer, {@code InboundConnections} what others dialled.
 */
@NullMarked
package io.github.balsaraft.transport.netty;

import org.jspecify.annotations.NullMarked;
