package io.github.balsaraft.node;

import io.github.balsaraft.api.CommandRejectedException;
import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.RaftException;
import io.github.balsaraft.model.EntryType;

/**
 * A command on its way through a node, and the promise that was made for it: exactly one end is reported,
 * exactly once, on an apply thread.
 */
abstract class Proposal {

  /** No moment of the monotonic clock. */
  static final long UNKNOWN = -1;

  /** What its entry will mean. */
  final EntryType type;

  /** The payload of its entry. */
  final byte[] command;

  /** Taken on the proposer's thread, from its memory; checked at every later stop. */
  final int crc32c;

  /** When it was proposed, by the monotonic clock; {@link #UNKNOWN} if that was at another host. */
  final long proposedNanos;

  Proposal(EntryType type, byte[] command, int crc32c) {
    this(type, command, crc32c, UNKNOWN);
  }

  Proposal(EntryType type, byte[] command, int crc32c, long proposedNanos) {
    this.type = type;
    this.proposedNanos = proposedNanos;
    this.command = command;
    this.crc32c = crc32c;
  }

  /** It was applied. */
  abstract void applied(byte[] result);

  /** It had its turn, and the state machine refused it, on every replica. */
  abstract void rejected(CommandRejectedException rejection);

  /** It was not appended and never will be. */
  abstract void notAppended(NotAppendedException reason);

  /** It may or may not be applied. */
  abstract void unknown(String reason);

  /** It was applied elsewhere, and its result can't be sent here. Only what was forwarded ends like that. */
  void answerTooLarge(String detail) {
    unknown("it was applied, and " + detail);
  }

  /** The end that the failure stands for. */
  final void fail(RaftException failure) {
    if (failure instanceof NotAppendedException refusal) {
      notAppended(refusal);
    } else {
      unknown(String.valueOf(failure.getMessage()));
    }
  }

  /**
   * The apply threads hang and nobody waits for them any longer. May be called on any thread, more than once, and while or after
   * another end is reported: the first counts. Only a caller in this process is told; whoever forwarded a proposal sees this
   * host go.
   */
  void abandon(RaftException failure) {}

  static OutcomeUnknownException unknownOutcome(String reason) {
    return new OutcomeUnknownException(reason);
  }
}
