package io.github.balsaraft.node;

import io.github.balsaraft.api.NotAppendedException;

/**
 * A command on its way through a node, and the promise that was made for it: exactly one of the three ends is reported,
 * exactly once, on an apply thread.
 */
abstract class Proposal {

  final byte[] command;

  /** Taken on the proposer's thread, from its memory; checked at every later stop. */
  final int crc32c;

  Proposal(byte[] command, int crc32c) {
    this.command = command;
    this.crc32c = crc32c;
  }

  /** It was applied. */
  abstract void applied(byte[] result);

  /** It was not appended and never will be. */
  abstract void notAppended(NotAppendedException reason);

  /** It may or may not be applied. */
  abstract void unknown(String reason);
}
