/**
 * The Redis protocol (RESP2) between sockets and requests. Parsing is Netty's {@code netty-codec-redis}; this room puts its
 * pieces together within bounds, splits inline commands, and writes replies.
 */
@NullMarked
package io.github.balsaraft.examples.kv.resp;

import org.jspecify.annotations.NullMarked;
