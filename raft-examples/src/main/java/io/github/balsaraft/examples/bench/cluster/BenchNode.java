package io.github.balsaraft.examples.bench.cluster;

import java.util.concurrent.CompletableFuture;

/** One running node with a replica of each group, numbered from 0. All methods may be called from any thread. */
public interface BenchNode extends AutoCloseable {

  /** Whether this node believes that it leads the group. Must not be called from a callback of the node. */
  boolean leads(int group);

  /** Its term of the group. Must not be called from a callback of the node. */
  long term(int group);

  /** What it says of itself and the group, for people. Must not be called from a callback of the node. */
  String explain(int group);

  /** Proposes here; ends when the entry is committed and applied here, or fails. */
  CompletableFuture<?> propose(int group, byte[] payload);

  /** A linearizable read here, by ReadIndex. */
  CompletableFuture<?> read(int group);

  /** What its replica of the group has applied. */
  Applied applied(int group);

  /** Stops in the ordinary way. */
  @Override
  void close();

  /**
   * A state of the counting state machine.
   *
   * @param entries how many commands
   * @param checksum of all their bytes, in their order
   */
  record Applied(long entries, long checksum) {}
}
