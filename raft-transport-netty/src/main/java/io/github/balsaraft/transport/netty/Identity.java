package io.github.balsaraft.transport.netty;

import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.HostRecord;

/**
 * What a host says of itself in a handshake.
 *
 * @param host its name, disk and cluster
 * @param run drawn each time a transport starts: another value means that all older connections to the host are dead
 * @param address where it is reached; empty if it can't say
 */
record Identity(HostRecord host, long run, String address) {

  /** One that doesn't say where it is. */
  Identity(HostRecord host, long run) {
    this(host, run, "");
  }

  /** Whether both have a cluster, and the same. */
  boolean isFellowOf(Identity other) {
    ClusterIdentity cluster = host.cluster();
    return cluster != null && cluster.equals(other.host.cluster());
  }
}
