package io.github.balsaraft.transport.netty;

import io.github.balsaraft.model.HostId;

/**
 * What the dialling side says first.
 *
 * @param newestVersion the newest protocol version that it speaks
 * @param oldestVersion the oldest
 * @param self who it is
 * @param wanted the host that it dialled
 * @param lane what the connection is for
 */
record Hello(int newestVersion, int oldestVersion, Identity self, HostId wanted, LaneKind lane) {}
