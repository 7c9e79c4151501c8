/** A small client of the Redis protocol: a connection, and a way to the leader. For the command line. */
@NullMarked
package io.github.balsaraft.examples.kv.client;

import org.jspecify.annotations.NullMarked;
