package io.github.balsaraft.testing.simulation.checks;

import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.COMMITTED_TRUNCATED;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.DURABILITY;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.LEADER_APPEND_ONLY;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.LOG_MATCHING;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.model.trace.TraceState;
import org.jspecify.annotations.Nullable;

/**
 * The logs as the traces tell them: only the leader of a term makes its entries, all logs agree, and nothing is removed that
 * must stay (Raft paper 5.3).
 */
final class LogRules {

  /** The one entry that no leader makes: all founders are born with it. */
  static final long FOUNDING_INDEX = 1;

  private final Group group;
  private final EntryHistory entries;
  private final ElectionRules elections;

  LogRules(Group group, ElectionRules elections) {
    this.group = group;
    this.entries = group.entries;
    this.elections = elections;
  }

  /** A process starts with what was durable, and with no other log. */
  void started(ReplicaModel replica, TraceEvent.Started event) {
    EntryId end = event.base();
    for (int i = 0; i < event.termStarts().size(); i++) {
      EntryId start = event.termStarts().get(i);
      long lastOfTerm = i + 1 < event.termStarts().size()
          ? event.termStarts().get(i + 1).index() - 1
          : event.last().index();
      if (start.index() == FOUNDING_INDEX && !entries.isKnown(start.term(), FOUNDING_INDEX)) {
        makeFounding(end, start, event.configurations().get(FOUNDING_INDEX));
      }
      follow(replica, end, start.term(), start.index(), lastOfTerm);
      end = new EntryId(start.term(), lastOfTerm);
    }
    if (!end.equals(event.last())) {
      throw Found.of(
          LOG_MATCHING,
          replica,
          "starts with a log up to " + event.last() + " of " + event.termStarts());
    }
    long kept = Math.min(replica.stored.last.index(), replica.uncutIndex());
    // A snapshot that was fetched before there was a core takes the place of a log that doesn't go
    // through its last entry. That this is committed is asked elsewhere.
    boolean isReplaced =
        event.last().equals(event.base()) && !entries.contains(replica.stored.last, event.base());
    EntryId replacedBefore = replica.stored.replaced;
    boolean isThereStill = replacedBefore != null && entries.contains(event.last(), replacedBefore);
    if (!isReplaced
        && !isThereStill
        && !entries.contains(event.last(), entries.at(replica.stored.last, kept))) {
      throw Found.of(
          DURABILITY,
          replica,
          "starts with a log up to " + event.last() + ", but " + replica.stored);
    }
    if (isReplaced && replacedBefore == null) {
      replica.stored.replaced = replica.stored.last;
    } else if (isThereStill) {
      replica.stored.replaced = null;
    }
    replica.stored.last = event.last();
    replica.forgetCuts();
    replica.base = event.base();
    replica.last = event.last();
  }

  private void makeFounding(EntryId end, EntryId founding, @Nullable Configuration configuration) {
    entries.make(end, founding.term(), founding.index());
    if (configuration != null) {
      entries.isConfiguration(founding, configuration);
    }
  }

  /** Entries come to the end of a log: made there by the leader of their term, else made before. */
  void appended(ReplicaModel replica, TraceState state, long term, long first, long last) {
    if (!entries.isKnown(term, last)) {
      if (state.role() != Role.LEADER || state.term() != term) {
        throw Found.of(
            LOG_MATCHING,
            replica,
            "appends index " + last + " of term " + term + ", which no leader has made");
      }
      requireFit(replica, replica.last, term, first);
      entries.make(replica.last, term, last);
    }
    follow(replica, replica.last, term, first, last);
    replica.last = new EntryId(term, last);
  }

  private void follow(ReplicaModel replica, EntryId end, long term, long first, long last) {
    requireFit(replica, end, term, first);
    if (!entries.isKnown(term, last)) {
      throw Found.of(
          LOG_MATCHING,
          replica,
          "has index " + last + " of term " + term + ", which no leader has made");
    }
  }

  private void requireFit(ReplicaModel replica, EntryId end, long term, long first) {
    String misfit = entries.misfit(end, term, first);
    if (misfit != null) {
      throw Found.of(LOG_MATCHING, replica, "has a log of its own: " + misfit);
    }
  }

  void truncated(ReplicaModel replica, TraceState state, long from) {
    if (state.role() == Role.LEADER || replica.id.equals(elections.leaderOf(state.term()))) {
      throw Found.of(LEADER_APPEND_ONLY, replica, "leads, and removes index " + from);
    }
    if (from > replica.last.index() || from <= replica.base.index()) {
      throw Found.of(
          LOG_MATCHING,
          replica,
          "removes index " + from + " of a log from " + replica.base + " to " + replica.last);
    }
    // A leader of an earlier term than the one that has committed an entry may lack it, and whoever
    // follows it may lose its copy: the quorum then consists of others.
    boolean isCommitted = from <= group.committed.reachedBy(state.term())
        && entries.contains(group.committed.last(), entries.at(replica.last, from));
    if (from <= replica.commitIndex || isCommitted) {
      throw Found.of(
          COMMITTED_TRUNCATED,
          replica,
          "removes " + entries.at(replica.last, from) + ", and committed is what is up to "
              + group.committed.last());
    }
    EntryId endBefore = replica.last;
    replica.last = entries.at(replica.last, from - 1);
    replica.cut(from, endBefore);
  }

  /** The beginning of a log is forgotten. */
  void compacted(ReplicaModel replica, EntryId base) {
    if (!entries.contains(replica.last, base)) {
      throw Found.of(LOG_MATCHING, replica, "compacts to " + base + ", which it doesn't have");
    }
    replica.base = base;
  }

  /** A snapshot takes the place of a log that doesn't go through it. What lies behind one that does may have been acknowledged. */
  void installed(ReplicaModel replica, EntryId base) {
    if (replica.last.index() > base.index() && entries.contains(replica.last, base)) {
      throw Found.of(
          COMMITTED_TRUNCATED,
          replica,
          "lets go of " + replica.last + " for a snapshot up to " + base + ", which it has");
    }
    EntryId endBefore = replica.last;
    replica.base = base;
    replica.last = base;
    replica.cut(1, endBefore);
  }

  /** A damaged entry is what it was. */
  void refilled(ReplicaModel replica, EntryId entry) {
    if (!entries.contains(replica.last, entry)) {
      throw Found.of(LOG_MATCHING, replica, "refills " + entry + ", which it never had");
    }
  }
}
