/**
 * The pure protocol: a deterministic state machine for one member of one group.
 *
 * <p>{@link io.github.balsaraft.core.RaftCore} is the only way in. Inputs are messages, the passage of time, proposals, reads
 * and completions; the output of a batch of inputs is one {@link io.github.balsaraft.core.Ready}. The same state and the
 * same input give the same output, to the bit: nothing here reads a clock, a disk or a socket, starts a thread, logs, or
 * iterates over anything unordered, and the source of randomness comes from outside.
 */
@NullMarked
package io.github.balsaraft.core;

import org.jspecify.annotations.NullMarked;
