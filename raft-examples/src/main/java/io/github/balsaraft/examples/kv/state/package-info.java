/**
 * The replicated state: keys, values, what can be done with them, and the bytes in which operations
 * travel through the log and their answers come back. Knows nothing of Redis, sockets or Raft beyond
 * {@link io.github.balsaraft.api.StateMachine}.
 */
@NullMarked
package io.github.balsaraft.examples.kv.state;

import org.jspecify.annotations.NullMarked;
