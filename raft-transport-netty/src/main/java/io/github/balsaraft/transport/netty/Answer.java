package io.github.balsaraft.transport.netty;

import org.jspecify.annotations.Nullable;

/**
 * What the dialled side answers to a {@link Hello}.
 *
 * @param version the protocol version that it chose; if it refuses, the newest that it speaks
 * @param self who it is
 * @param refusal why it closes the connection now, or null if it listens
 */
record Answer(int version, Identity self, @Nullable Refusal refusal) {}
