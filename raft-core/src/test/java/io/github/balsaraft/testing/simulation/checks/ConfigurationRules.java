package io.github.balsaraft.testing.simulation.checks;

import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.CONFIGURATION;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.LOG_MATCHING;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.model.trace.TraceState;
import io.github.balsaraft.testing.simulation.checks.TermEntries.PlacedConfiguration;
import java.util.Map;

/** Configurations: the latest of the log is in force, and a leader makes one safe step at a time (Raft paper 6, thesis 4). */
final class ConfigurationRules {

  private final EntryHistory entries;

  ConfigurationRules(EntryHistory entries) {
    this.entries = entries;
  }

  /** Called before the log has it. */
  void appended(ReplicaModel replica, TraceState state, TraceEvent.ConfigurationAppended event) {
    EntryId entry = event.entry();
    if (!entries.isKnown(entry.term(), entry.index())) {
      isStep(replica, state, entries.configurationOf(replica.last), event.configuration());
    }
  }

  /** Called once the log has it: it is the same for all logs. */
  void isEverywhere(ReplicaModel replica, EntryId entry, Configuration configuration) {
    if (!entries.isConfiguration(entry, configuration)) {
      throw Found.of(
          LOG_MATCHING,
          replica,
          "has the configuration " + configuration + " at " + entry
              + ", which is another one elsewhere");
    }
  }

  private void isStep(
      ReplicaModel leader, TraceState state, PlacedConfiguration before, Configuration next) {
    String what = "appends the configuration " + next + " after " + before.configuration() + " at "
        + before.index();
    if (before.index() > leader.commitIndex) {
      throw Found.of(CONFIGURATION, leader, what + ", which isn't committed");
    }
    // Else two leaders could start from the same configuration and part ways (trap 29).
    if (entries.termAt(leader.last, leader.commitIndex) != state.term()) {
      throw Found.of(CONFIGURATION, leader, what + " before it has committed an entry of its term");
    }
    if (!Quorums.overlap(before.configuration(), next)) {
      throw Found.of(CONFIGURATION, leader, what + ", whose quorums may have no voter in common");
    }
    for (Member member : next.members()) {
      if (next.removedAt(member.replica()) > 0) {
        throw Found.of(CONFIGURATION, leader, what + " with the removed " + member.replica());
      }
    }
  }

  /** A process starts, and knows the configurations of its log. */
  void started(ReplicaModel replica, TraceEvent.Started event) {
    for (Map.Entry<Long, Configuration> known : event.configurations().entrySet()) {
      long index = known.getKey();
      if (index > event.last().index()) {
        throw Found.of(
            CONFIGURATION,
            replica,
            "starts with a configuration at " + index + " and a log up to " + event.last());
      }
      if (index > event.base().index()) {
        isEverywhere(replica, entries.at(event.last(), index), known.getValue());
      }
    }
  }

  /** What a snapshot says is what the log said that it stands in for (trap 32). */
  void installed(ReplicaModel replica, TraceEvent.Installed event) {
    PlacedConfiguration expected = entries.configurationOf(event.base());
    if (expected.index() != event.configurationIndex()
        || !expected.configuration().equals(event.configuration())) {
      throw Found.of(
          CONFIGURATION,
          replica,
          "takes over a snapshot up to " + event.base()
              + " with the configuration " + event.configuration() + " at "
              + event.configurationIndex() + " where " + expected.configuration() + " at "
              + expected.index() + " was in force");
    }
  }

  /** Called when the log has another end, or may have another configuration. */
  void logChanged(ReplicaModel replica) {
    replica.configurationIndex = entries.configurationOf(replica.last).index();
  }

  /** What every event says. */
  void step(ReplicaModel replica, TraceState state) {
    if (state.configurationIndex() != replica.configurationIndex) {
      throw Found.of(
          CONFIGURATION,
          replica,
          "goes by the configuration at "
              + state.configurationIndex() + ", the latest in its log is at "
              + replica.configurationIndex);
    }
  }
}
