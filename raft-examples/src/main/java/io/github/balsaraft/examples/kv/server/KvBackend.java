package io.github.balsaraft.examples.kv.server;

import io.github.balsaraft.RaftNode;
import io.github.balsaraft.api.Membership;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.RaftMetrics;
import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.model.HostId;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * What the server needs of a {@link RaftNode}, so that tests can put the failures of a cluster in its place. Futures may
 * complete on any thread.
 */
public interface KvBackend {

  /** See {@link RaftNode#propose}. */
  CompletableFuture<byte[]> propose(byte[] batch);

  /** See {@link RaftNode#read}. */
  <T> CompletableFuture<T> read(ReadConsistency consistency, Supplier<T> reader);

  /** See {@link RaftNode#membership}. */
  Membership membership();

  /** See {@link RaftNode#transferLeadership()}. */
  CompletableFuture<HostId> transferLeadership();

  /** See {@link RaftNode#transferLeadership(HostId)}. */
  CompletableFuture<HostId> transferLeadership(HostId target);

  /** See {@link RaftNode#status}. */
  NodeStatus status();

  /** See {@link RaftNode#metrics}. */
  RaftMetrics metrics();

  /** The real thing. */
  static KvBackend of(RaftNode node) {
    return new KvBackend() {
      @Override
      public CompletableFuture<byte[]> propose(byte[] batch) {
        return node.propose(batch);
      }

      @Override
      public <T> CompletableFuture<T> read(ReadConsistency consistency, Supplier<T> reader) {
        return node.read(consistency, reader);
      }

      @Override
      public Membership membership() {
        return node.membership();
      }

      @Override
      public CompletableFuture<HostId> transferLeadership() {
        return node.transferLeadership();
      }

      @Override
      public CompletableFuture<HostId> transferLeadership(HostId target) {
        return node.transferLeadership(target);
      }

      @Override
      public NodeStatus status() {
        return node.status();
      }

      @Override
      public RaftMetrics metrics() {
        return node.metrics();
      }
    };
  }
}
