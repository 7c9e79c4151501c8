package io.github.balsaraft.core;

/**
 * A state of the cluster in a {@link ScopeSearch}: the replicas, the messages that were ever sent, and what has happened as
 * far as the properties and the bounds need it. Messages stay: each may arrive late, never, or again and again.
 */
final class ScopeState {

  /** By position. */
  final ScopeReplica[] replicas;

  /** The numbers of the messages that can still matter, ascending. */
  final int[] messages;

  /** See {@link ScopeHistory}. */
  final long history;

  ScopeState(ScopeReplica[] replicas, int[] messages, long history) {
    this.replicas = replicas;
    this.messages = messages;
    this.history = history;
  }
}
