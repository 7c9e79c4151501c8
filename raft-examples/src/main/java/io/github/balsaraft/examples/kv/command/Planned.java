package io.github.balsaraft.examples.kv.command;

import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.state.Operation;
import java.util.concurrent.CompletableFuture;

/** What is to be done for one request. */
public sealed interface Planned {

  /** Answer with this, when it is its turn. */
  record Fixed(Reply reply) implements Planned {}

  /** Ask the replicated state. */
  record Stateful(Operation operation) implements Planned {}

  /** Ask the connection or the server, once everything before it is answered. */
  record Local(LocalCommand command) implements Planned {}

  /** Ask the server, and answer when it has; what comes behind it waits. */
  record Deferred(DeferredCommand command) implements Planned {}

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
