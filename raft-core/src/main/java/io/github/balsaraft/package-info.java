/**
 * The way in: {@link io.github.balsaraft.RaftNode} for an application with one group, {@link
 * io.github.balsaraft.RaftHost} for one with many.
 */
@NullMarked
package io.github.balsaraft;

import org.jspecify.annotations.NullMarked;
