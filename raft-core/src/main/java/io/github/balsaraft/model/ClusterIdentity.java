package io.github.balsaraft.model;

import java.util.Locale;

/**
 * Which cluster, and which life of it. Drawn once when the first group is founded; part of every handshake.
 *
 * @param id drawn at random at the founding, never zero
 * @param epoch grows when a cluster is restored from a backup, so that survivors of the old life can't mix with the new;
 *     1 at the founding
 */
public record ClusterIdentity(long id, int epoch) {

  public ClusterIdentity {
    if (id == 0 || epoch < 1) {
      throw new IllegalArgumentException("a cluster id is never zero and an epoch at least 1");
    }
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "c%016x/%d", id, epoch);
  }
}
