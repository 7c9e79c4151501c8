package io.github.balsaraft.examples.kv.server;

import io.github.balsaraft.examples.kv.command.Planned;
import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.state.Bytes;
import io.github.balsaraft.examples.kv.state.Operation;
import java.util.List;

/** What a connection has to do for a command when it is its turn. */
sealed interface Step {

  /** Reply with this. */
  record Answer(Reply reply) implements Step {}

  /** Ask the connection or the server. */
  record Ask(Planned.LocalCommand command) implements Step {}

  /** Ask the server, and wait for what it says. */
  record Await(Planned.DeferredCommand command) implements Step {}

  /** Ask the replicated state, together with neighbouring commands. */
  record Do(Operation operation) implements Step {}

  /** Find out which versions these keys have, before anything else is done. */
  record Watch(Watches watches, List<Bytes> keys) implements Step {}

  /**
   * Execute a transaction, and reply with all of its replies.
   *
   * @param parts its commands; none is a {@link Watch}, an {@link Await} or another one of these
   * @param watches what it depends on
   */
  record Execute(List<Step> parts, Watches watches) implements Step {}
}
