/**
 * A key-value store that three or more servers replicate with Balsa, and that speaks the Redis protocol. {@link
 * io.github.balsaraft.examples.kv.Kv} is the command line; the rooms are {@code state}, {@code resp}, {@code command},
 * {@code server}, {@code client} and {@code cli}, each of which uses only those before it.
 */
@NullMarked
package io.github.balsaraft.examples.kv;

import org.jspecify.annotations.NullMarked;
