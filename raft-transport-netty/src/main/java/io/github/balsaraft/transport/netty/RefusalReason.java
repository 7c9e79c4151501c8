package io.github.balsaraft.transport.netty;

/** Why two hosts don't talk to each other though they could connect. */
public enum RefusalReason {
  /** They have no protocol version in common. */
  VERSION,
  /** The host that answered isn't the one that was dialled: an address is wrong or was given away. */
  WRONG_HOST,
  /** They belong to two clusters. */
  WRONG_CLUSTER,
  /** They belong to two lives of one cluster: one of them is older than a restore. */
  WRONG_EPOCH,
  /** Another process uses the same host id. */
  NAME_TAKEN,
  /** A reason that only a newer version knows. */
  OTHER
}
