/**
 * The server: sockets on one side, a Raft node on the other. A {@code ClientConnection} keeps the order of one client's
 * commands, groups them into runs that share one proposal or one read, and writes the replies.
 */
@NullMarked
package io.github.balsaraft.examples.kv.server;

import org.jspecify.annotations.NullMarked;
