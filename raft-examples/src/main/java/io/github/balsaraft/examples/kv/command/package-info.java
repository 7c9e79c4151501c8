/**
 * The commands: their names and argument counts, what their words mean, and the error texts, which are those of Redis 7
 * wherever Redis has one. Everything here is a function of the request, except the few commands about the connection or
 * the server itself.
 */
@NullMarked
package io.github.balsaraft.examples.kv.command;

import org.jspecify.annotations.NullMarked;
