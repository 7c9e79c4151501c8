package io.github.balsaraft.core;

import io.github.balsaraft.model.ProtocolMessage;

/**
 * Something that happens to one replica in a {@link ScopeSearch}.
 *
 * @param position which replica, from zero
 * @param message what is delivered, or null
 * @param survivingWrites of a restart: how many unfinished writes got to the disk
 */
record ScopeInput(int position, Kind kind, ProtocolMessage message, int survivingWrites) {

  /** What can happen. */
  enum Kind {
    PROPOSE(0),
    WRITE_DONE(1),
    /** A leader's heartbeat is due. */
    HEARTBEAT(2),
    /** A leader hears of nobody for an election timeout. */
    LOSE_CONTACT(3),
    /** A member that leads nobody has waited long enough. */
    CAMPAIGN(4),
    RESTART(5),
    DELIVER(16);

    /** The number of the first such input; a restart adds its surviving writes, a delivery the message's number. */
    final int firstNumber;

    Kind(int firstNumber) {
      this.firstNumber = firstNumber;
    }
  }

  static ScopeInput of(int position, Kind kind) {
    return new ScopeInput(position, kind, null, 0);
  }

  static ScopeInput delivery(ProtocolMessage message) {
    return new ScopeInput((int) message.to().value() - 1, Kind.DELIVER, message, 0);
  }

  static ScopeInput restart(int position, int survivingWrites) {
    return new ScopeInput(position, Kind.RESTART, null, survivingWrites);
  }

  @Override
  public String toString() {
    String name = "n" + (position + 1);
    if (message != null) {
      return TextTrace.link(message) + " " + TextTrace.text(message) + " arrives";
    }
    return name + " " + kind + (kind == Kind.RESTART ? " with " + survivingWrites + " writes" : "");
  }
}
