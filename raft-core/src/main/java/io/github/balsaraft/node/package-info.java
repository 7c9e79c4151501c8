/**
 * The runtime: turns what the pure cores ask for into I/O. Mailboxes, the group-commit writer, the apply pipeline, birth of
 * replicas, forwarding, and the promises made to callers.
 *
 * <p>Every thread, clock and random number comes from a {@link io.github.balsaraft.node.HostEnvironment}.
 */
@NullMarked
package io.github.balsaraft.node;

import org.jspecify.annotations.NullMarked;
