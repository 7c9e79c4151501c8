package io.github.balsaraft.transport.netty;

import io.github.balsaraft.model.GroupMessage;

/** What a connection is for: small messages have their own, so that they are never stuck behind large ones. */
enum LaneKind {
  CONTROL,
  BULK;

  static LaneKind of(GroupMessage message) {
    return message.message().isBulk() ? BULK : CONTROL;
  }
}
