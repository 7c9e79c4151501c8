package io.github.balsaraft.examples.kv.client;

import io.github.balsaraft.examples.kv.server.HostPort;
import java.util.List;

/** What a cluster's leader is asked for, perhaps more than once. */
@FunctionalInterface
public interface LeaderRequest {

  /** What to send. Called anew for each attempt: it may hold what is left of the time. */
  List<String> words();

  /** Called now and then while the answer is awaited. */
  default void whileAwaited(HostPort leader) {}

  /** Called after an attempt that may have been done, before it is asked again. */
  default void mayHaveBeenDone() {}

  /**
   * Whether asking again is safe after an attempt whose end is not known. If it isn't, that is the end: an {@link
   * Admin.InDoubtException}.
   */
  default boolean isSafeToRepeat() {
    return true;
  }
}
