package io.github.balsaraft.api;

import java.nio.ByteBuffer;

/**
 * A {@link StateMachine} whose commands and queries are values of the application's own types. What it can do besides is said by the same
 * interfaces as with any other: {@link SnapshottingStateMachine}, {@link OnDiskStateMachine}, {@link BatchingStateMachine}.
 *
 * <p>A command can be refused with a {@link CommandRejectedException}, thrown by {@link #apply(Object, Command)} before it has changed
 * anything, or by the codec: its proposer gets that, and all goes on. Anything else that is thrown stops this replica, as with any state
 * machine; also what a codec throws that meets a command of a newer version.
 *
 * @param <C> commands
 * @param <R> their results
 * @param <Q> queries
 * @param <A> their answers
 */
public abstract class TypedStateMachine<C, R, Q, A> implements StateMachine {

  private final TypedCodecs<C, R, Q, A> codecs;

  /** Callers have to use the same codecs. */
  protected TypedStateMachine(TypedCodecs<C, R, Q, A> codecs) {
    this.codecs = codecs;
  }

  /**
   * Applies one committed command; see {@link StateMachine#apply}.
   *
   * @param command the command
   * @param entry its place in the log, and log time
   * @throws CommandRejectedException if it is refused, and nothing has changed
   */
  protected abstract R apply(C command, Command entry);

  /** Answers a read from the current state without changing it; see {@link StateMachine#query}. */
  protected abstract A ask(Q query);

  @Override
  public final byte[] apply(Command command) {
    return codecs.results().encode(apply(codecs.commands().decode(command.payload()), command));
  }

  @Override
  public final byte[] query(byte[] query) {
    return codecs
        .answers()
        .encode(ask(codecs.queries().decode(ByteBuffer.wrap(query).asReadOnlyBuffer())));
  }
}
