package io.github.balsaraft.api;

import java.time.Duration;

/**
 * The answer to a read of one member's own state, and how old that state may have been.
 *
 * @param answer what the state machine answered; not copied
 * @param appliedIndex the state had applied everything up to here
 * @param staleness it held every write that had ended so long before it was read, or earlier; as {@link NodeStatus#staleness}
 */
// An array, because answers are passed on as they are and never compared.
@SuppressWarnings("ArrayRecordComponent")
public record StaleAnswer(byte[] answer, long appliedIndex, Duration staleness) {}
