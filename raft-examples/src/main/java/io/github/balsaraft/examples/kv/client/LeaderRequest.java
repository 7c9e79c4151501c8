package io.github.balsaraft.examples.kv.client;

import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.server.HostPort;
import java.util.List;
import java.util.Optional;

/** What a cluster's leader is asked for, perhaps more than once. */
@FunctionalInterface
public interface LeaderRequest {

  /** What to send. Called anew for each attempt: it may hold what is left of the time. */
  List<String> words();

  /** Called now and then while the answer is awaited. */
  default void whileAwaited(HostPort leader) {}

  /**
   * Called before each attempt.
   *
   * @param leader who would be asked
   * @return the answer, if an earlier attempt whose end is not known turns out to have done it; else nothing
   */
  default Optional<Reply> doneAlready(String leader) {
    return Optional.empty();
  }
}
