package io.github.balsaraft.transport.netty;

import io.github.balsaraft.model.HostRecord;

/**
 * What a host says of itself in a handshake.
 *
 * @param host its name, disk and cluster
 * @param run drawn each time a transport starts: another value means that all older connections to the host are dead
 */
record Identity(HostRecord host, long run) {}
