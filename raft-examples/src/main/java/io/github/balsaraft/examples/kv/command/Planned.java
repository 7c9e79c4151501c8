package io.github.balsaraft.examples.kv.command;

import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.state.Bytes;
import io.github.balsaraft.examples.kv.state.Operation;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What is to be done for one request. */
public sealed interface Planned {

  /** Answer with this, when it is its turn. */
  record Fixed(Reply reply) implements Planned {}

  /** Answer with this error. Nobody knows what was meant, so that a transaction it belongs to isn't executed. */
  record Rejected(Reply error) implements Planned {}

  /** Ask the replicated state. */
  record Stateful(Operation operation) implements Planned {}

  /** Ask the connection or the server, once everything before it is answered. */
  record Local(LocalCommand command) implements Planned {}

  /**
   * As {@link Local}, but never part of a transaction.
   *
   * @param endsTransaction whether a transaction that has been begun is given up
   */
  record Immediate(LocalCommand command, boolean endsTransaction) implements Planned {}

  /** Ask the server, and answer when it has; what comes behind it waits. */
  record Deferred(DeferredCommand command) implements Planned {}

  /** MULTI: what follows is a transaction. */
  record Multi() implements Planned {}

  /** EXEC: execute it. */
  record Exec() implements Planned {}

  /** An EXEC that nobody understands: give the transaction up, and answer with this error. */
  record Abandoned(Reply error) implements Planned {}

  /** DISCARD: give it up. */
  record Discard() implements Planned {}

  /** WATCH: execute the next transaction only if none of these keys has changed by then. */
  record Watch(List<Bytes> keys) implements Planned {
    public Watch {
      keys = List.copyOf(keys);
    }
  }

  /** UNWATCH: execute it whatever has changed. */
  record Unwatch() implements Planned {}

  /** A command that takes its time. */
  @FunctionalInterface
  interface DeferredCommand {
    /** Begins; called on the connection's event loop. The future ends normally, with a failure as a reply. */
    CompletableFuture<Reply> begin(ServerView server);
  }

  /** A command about the connection or the server. */
  @FunctionalInterface
  interface LocalCommand {
    /** Does it; called on the connection's event loop. */
    Reply execute(Session session, ServerView server);
  }
}
