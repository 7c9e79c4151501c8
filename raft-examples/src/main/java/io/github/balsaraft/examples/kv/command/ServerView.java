package io.github.balsaraft.examples.kv.command;

import io.github.balsaraft.api.Membership;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.RaftMetrics;
import io.github.balsaraft.model.HostId;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What commands about the server can ask. Any event loop may. */
public interface ServerView {

  /** How the Raft node is: one look, to be taken once for everything that is shown together. */
  NodeStatus status();

  /** What the Raft node counts and measures. */
  RaftMetrics metrics();

  /** Who belongs to the cluster, and how to change that. */
  Membership membership();

  /** Hands leadership over to whom this server likes; completes with who leads then. */
  CompletableFuture<HostId> transferLeadership();

  /** Hands leadership over to that server. */
  CompletableFuture<HostId> transferLeadership(HostId target);

  /** How many keys the local copy has. */
  int keys();

  /** How many of them expire. */
  int expiringKeys();

  /** All connections. */
  Collection<Session> sessions();

  /** What CONFIG GET shows, sorted by name. */
  Map<String, String> settings();

  /** Where clients reach a member: as that has announced, else as this server was told, if it was. */
  Optional<String> clientAddress(String hostId);

  /** The port on which this server listens for clients. */
  int port();

  /** A clock that never goes back. */
  long nowNanos();

  /** When the server started, by that clock. */
  long startedNanos();
}
