/**
 * How hosts talk: the contract of a {@link io.github.balsaraft.transport.Transport} and one inside a process.
 */
@NullMarked
package io.github.balsaraft.transport;

import org.jspecify.annotations.NullMarked;
