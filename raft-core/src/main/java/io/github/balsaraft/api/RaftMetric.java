package io.github.balsaraft.api;

import java.util.Locale;

/**
 * Everything that a node counts or measures, with its unit in its name. Values are in {@link RaftMetrics}; docs/operations.md says
 * which of them to look at and when.
 */
public enum RaftMetric {
  /** Proposals that became entries of this node's log while it led, forwarded ones among them. */
  PROPOSALS_APPENDED(Kind.COUNTER, Unit.PROPOSALS),
  /** Proposals that this node sent on to the leader. */
  PROPOSALS_FORWARDED(Kind.COUNTER, Unit.PROPOSALS),
  /** Proposals refused because this node doesn't lead, isn't born, or was handing leadership over. */
  PROPOSALS_REFUSED_NOT_LEADER(Kind.COUNTER, Unit.PROPOSALS),
  /** Proposals refused because too much waited already. */
  PROPOSALS_REFUSED_OVERLOADED(Kind.COUNTER, Unit.PROPOSALS),
  /** Proposals refused because the command is larger than allowed. */
  PROPOSALS_REFUSED_TOO_LARGE(Kind.COUNTER, Unit.PROPOSALS),
  /** Proposals refused because this node was closed or has failed. */
  PROPOSALS_REFUSED_STOPPED(Kind.COUNTER, Unit.PROPOSALS),
  /** Proposals that were appended here and given up before they were committed: their outcome is unknown. */
  PROPOSALS_UNKNOWN(Kind.COUNTER, Unit.PROPOSALS),
  /** Durable writes that this node asked for. */
  LOG_WRITES(Kind.COUNTER, Unit.WRITES),
  /** Entries handed to the log store. */
  LOG_APPENDED_ENTRIES(Kind.COUNTER, Unit.ENTRIES),
  /** Bytes of entries handed to the log store. */
  LOG_APPENDED_BYTES(Kind.COUNTER, Unit.BYTES),
  /** Elections in which this node was a candidate, pre-votes not counted. */
  ELECTIONS_STARTED(Kind.COUNTER, Unit.ELECTIONS),
  /** Elections that this node has won. */
  ELECTIONS_WON(Kind.COUNTER, Unit.ELECTIONS),
  /** How often this node came to know a leader that it had not known just before. */
  LEADER_CHANGES(Kind.COUNTER, Unit.CHANGES),
  /** Snapshots of the state here that are verified and durable. */
  SNAPSHOTS_TAKEN(Kind.COUNTER, Unit.SNAPSHOTS),
  /** Their bytes. */
  SNAPSHOTS_TAKEN_BYTES(Kind.COUNTER, Unit.BYTES),
  /** Snapshots that took the place of the state here. */
  SNAPSHOTS_INSTALLED(Kind.COUNTER, Unit.SNAPSHOTS),
  /** Their bytes. */
  SNAPSHOTS_INSTALLED_BYTES(Kind.COUNTER, Unit.BYTES),
  /** Bytes of snapshots sent to other members, what was sent twice counted twice. */
  SNAPSHOTS_SENT_BYTES(Kind.COUNTER, Unit.BYTES),
  /** Snapshots that could not be taken, or not be fetched. */
  SNAPSHOTS_FAILED(Kind.COUNTER, Unit.SNAPSHOTS),
  /** Events that a {@link RaftListener} was too slow for. */
  EVENTS_DROPPED(Kind.COUNTER, Unit.EVENTS),

  /** The current term. */
  TERM(Kind.GAUGE, Unit.TERM),
  /** The end of the log. */
  LAST_INDEX(Kind.GAUGE, Unit.INDEX),
  /** The highest index known to be committed. */
  COMMIT_INDEX(Kind.GAUGE, Unit.INDEX),
  /** The highest index that the state machine has applied. */
  APPLIED_INDEX(Kind.GAUGE, Unit.INDEX),
  /** As a leader: bytes of entries that are not committed, or not durable here. */
  UNCOMMITTED_BYTES(Kind.GAUGE, Unit.BYTES),
  /** Bytes of proposals that have not ended, forwarded ones among them, and of results that wait to be sent to members that forwarded them. */
  PROPOSALS_PENDING_BYTES(Kind.GAUGE, Unit.BYTES),
  /** Bytes of reads that have not ended. */
  READS_PENDING_BYTES(Kind.GAUGE, Unit.BYTES),
  /** Bytes of committed entries that wait in memory for the state machine. */
  APPLY_QUEUE_BYTES(Kind.GAUGE, Unit.BYTES),
  /** Steps that wait for the thread that runs the protocol. */
  MAILBOX_QUEUE_TASKS(Kind.GAUGE, Unit.TASKS),
  /** Tasks that wait for the thread that runs the state machine. */
  APPLY_QUEUE_TASKS(Kind.GAUGE, Unit.TASKS),
  /** Bytes of entries applied since the last snapshot. */
  LOG_SINCE_SNAPSHOT_BYTES(Kind.GAUGE, Unit.BYTES),

  /** At the leader: from {@code propose} to the commitment of the entry; of a forwarded proposal from its append. */
  PROPOSE_TO_COMMIT_NANOS(Kind.DISTRIBUTION, Unit.NANOSECONDS),
  /** From an entry's being known as committed to its being applied here; of those that wait together one is followed. */
  COMMIT_TO_APPLIED_NANOS(Kind.DISTRIBUTION, Unit.NANOSECONDS),
  /** From asking for a durable write to its being durable, its wait for the one before included. */
  LOG_DURABLE_NANOS(Kind.DISTRIBUTION, Unit.NANOSECONDS),
  /** One durable write of the log store, its sync included; of all groups of the host together. */
  SYNC_NANOS(Kind.DISTRIBUTION, Unit.NANOSECONDS),
  /** For how long this node knew no leader, whenever it had none. */
  ELECTION_NANOS(Kind.DISTRIBUTION, Unit.NANOSECONDS),
  /** From hearing of a leader after there was none to holding everything that had been committed by then. */
  CATCH_UP_NANOS(Kind.DISTRIBUTION, Unit.NANOSECONDS),
  /** From the capture of a snapshot to its being verified and durable. */
  SNAPSHOT_TAKE_NANOS(Kind.DISTRIBUTION, Unit.NANOSECONDS);

  /** How a metric behaves. */
  public enum Kind {
    /** Only grows, from 0 at the start of the node. */
    COUNTER,
    /** Is as it is at the moment. */
    GAUGE,
    /** Many values of their own, of which a {@link Distribution} is kept since the start of the node. */
    DISTRIBUTION
  }

  /** What a value counts. */
  public enum Unit {
    PROPOSALS,
    WRITES,
    ENTRIES,
    BYTES,
    ELECTIONS,
    CHANGES,
    SNAPSHOTS,
    EVENTS,
    TERM,
    INDEX,
    TASKS,
    NANOSECONDS;

    /** In small letters, as documents and {@code INFO} have it. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Kind kind;
  private final Unit unit;

  RaftMetric(Kind kind, Unit unit) {
    this.kind = kind;
    this.unit = unit;
  }

  /** In small letters, as documents and {@code INFO} have it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  public Kind kind() {
    return kind;
  }

  public Unit unit() {
    return unit;
  }
}
