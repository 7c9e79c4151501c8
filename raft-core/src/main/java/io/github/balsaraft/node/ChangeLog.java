package io.github.balsaraft.node;

import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.core.Ready;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.node.RateLimitedLog.Subject;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * Says in the log which changes of the configuration begin, who has asked for them, and how they end: at 3 a.m. that is what
 * explains why the members are others than the day before. Used by the mailbox's thread only.
 */
final class ChangeLog {

  private final RateLimitedLog log;
  private final LongSupplier nowNanos;

  /** In words, by their numbers. Each is given to the core, which ends each. */
  private final Map<Long, String> underWay = new TreeMap<>();

  ChangeLog(RateLimitedLog log, LongSupplier nowNanos) {
    this.log = log;
    this.nowNanos = nowNanos;
  }

  /** An operator's change can't begin before its host has asked to be let in. */
  void waits(ConfigurationChange change, HostId host) {
    say(byOperator(change) + ": waits until " + host + " asks to be let in");
  }

  /** And that never came. */
  void gaveUp(ConfigurationChange change, String reason) {
    say(byOperator(change) + ": given up: " + reason);
  }

  /** An operator's change is not made. */
  void refused(ConfigurationChange change, String reasons) {
    say(byOperator(change) + ": refused: " + reasons);
  }

  /** An operator's change is handed to the core. */
  void begins(long changeId, ConfigurationChange change) {
    begins(changeId, byOperator(change));
  }

  /** A host whose disk was wiped comes back. */
  void begins(long changeId, HostId returning) {
    begins(
        changeId,
        "replace the earlier replica of " + returning + " by its new one, asked for by "
            + returning);
  }

  private void begins(long changeId, String what) {
    underWay.put(changeId, what);
    say(what + ": begins");
  }

  void ended(Ready.ChangeOutcome outcome) {
    String what = underWay.remove(outcome.changeId());
    say((what == null ? "a change of the configuration" : what) + ": "
        + outcome.end().name().toLowerCase(Locale.ROOT)
        + (outcome.index() > 0 ? " at index " + outcome.index() : "")
        + (outcome.detail().isEmpty() ? "" : ": " + outcome.detail()));
  }

  private void say(String line) {
    log.info(nowNanos.getAsLong(), Subject.CHANGE, line);
  }

  private static String byOperator(ConfigurationChange change) {
    return words(change) + ", asked for by an operator";
  }

  private static String words(ConfigurationChange change) {
    if (change instanceof ConfigurationChange.Add add) {
      return "add " + add.host() + " as " + add.options().role().name().toLowerCase(Locale.ROOT);
    } else if (change instanceof ConfigurationChange.Promote promote) {
      return "promote " + promote.host() + " to voter";
    } else if (change instanceof ConfigurationChange.Demote demote) {
      return "demote " + demote.host() + " to learner";
    } else if (change instanceof ConfigurationChange.Remove remove) {
      return "remove " + remove.host();
    } else if (change instanceof ConfigurationChange.Replace replace) {
      return "replace " + replace.old() + " by " + replace.replacement();
    } else if (change instanceof ConfigurationChange.Update update) {
      return "change the options of " + update.host();
    } else if (change instanceof ConfigurationChange.SetLeases leases) {
      return leases.rules().permitted()
          ? "permit leases of " + leases.rules().windowMillis() + " ms"
          : "forbid leases";
    }
    throw new IllegalStateException("no words for " + change);
  }
}
