package io.github.balsaraft.model;

import java.util.List;

/**
 * Proposals that a follower passes on to its leader. The leader takes each at most once: only in the named term, and
 * only if {@code firstSequence} is above every sequence number it has seen from this origin. A duplicate or a late copy
 * is dropped.
 *
 * @param from the follower
 * @param to the leader
 * @param term the leader's term as the follower knows it
 * @param origin drawn at random each time the follower's process starts
 * @param firstSequence number of the first proposal, growing within an origin; the others follow without a gap
 * @param type what the entries will mean
 * @param commands the payloads, each behind the four bytes of the CRC32C that its proposer took of it
 */
public record ForwardedProposals(
    ReplicaId from,
    ReplicaId to,
    long term,
    long origin,
    long firstSequence,
    EntryType type,
    List<byte[]> commands)
    implements ServiceMessage {

  public ForwardedProposals {
    commands = List.copyOf(commands);
  }

  @Override
  public boolean isBulk() {
    return true;
  }
}
