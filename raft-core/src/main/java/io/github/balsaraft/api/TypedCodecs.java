package io.github.balsaraft.api;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * How the commands, results, queries and answers of a {@link TypedStateMachine} become bytes. Callers use it too, with any way to
 * propose or to ask:
 *
 * <pre>{@code
 * codecs.propose(node::propose, new Transfer("ann", "bob", 10)).thenAccept(...)
 * }</pre>
 *
 * <p>Thread-safe if the codecs are.
 *
 * @param <C> commands
 * @param <R> their results
 * @param <Q> queries
 * @param <A> their answers
 */
public record TypedCodecs<C, R, Q, A>(
    Codec<C> commands, Codec<R> results, Codec<Q> queries, Codec<A> answers) {

  /**
   * Proposes a command.
   *
   * @param propose such as {@code node::propose}, {@code session::propose} or {@code client::propose}
   * @return the result; or a {@link CommandRejectedException}; or what the future of {@code propose} fails with
   */
  public CompletableFuture<R> propose(
      Function<byte[], CompletableFuture<byte[]>> propose, C command) {
    return propose
        .apply(commands.encode(command))
        .thenApply(bytes -> results.decode(readOnly(bytes)));
  }

  /**
   * Asks a query.
   *
   * @param ask such as {@code node::query} or {@code client::query}
   * @return the answer; or what the future of {@code ask} fails with
   */
  public CompletableFuture<A> query(Function<byte[], CompletableFuture<byte[]>> ask, Q query) {
    return ask.apply(queries.encode(query)).thenApply(bytes -> answers.decode(readOnly(bytes)));
  }

  private static ByteBuffer readOnly(byte[] bytes) {
    return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
  }
}
