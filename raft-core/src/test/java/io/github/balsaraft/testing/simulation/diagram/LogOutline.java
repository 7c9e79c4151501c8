package io.github.balsaraft.testing.simulation.diagram;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.model.trace.TraceEvent.Appended;
import io.github.balsaraft.model.trace.TraceEvent.Compacted;
import io.github.balsaraft.model.trace.TraceEvent.ConfigurationAppended;
import io.github.balsaraft.model.trace.TraceEvent.Installed;
import io.github.balsaraft.model.trace.TraceEvent.Refilled;
import io.github.balsaraft.model.trace.TraceEvent.Started;
import io.github.balsaraft.model.trace.TraceEvent.Truncated;
import io.github.balsaraft.model.trace.TraceEvent.Written;
import java.util.Map;
import java.util.TreeMap;

/** What a replica's log is like, as far as its trace tells: where each term begins in it, and which configurations it holds. */
final class LogOutline {

  private EntryId base = EntryId.NONE;
  private long lastIndex;
  private long durableIndex;
  private final TreeMap<Long, Long> terms = new TreeMap<>();
  private final TreeMap<Long, String> configurations = new TreeMap<>();

  LogOutline copy() {
    LogOutline copy = new LogOutline();
    copy.base = base;
    copy.lastIndex = lastIndex;
    copy.durableIndex = durableIndex;
    copy.terms.putAll(terms);
    copy.configurations.putAll(configurations);
    return copy;
  }

  EntryId base() {
    return base;
  }

  long lastIndex() {
    return lastIndex;
  }

  long durableIndex() {
    return durableIndex;
  }

  /** By the first index of each, the terms. */
  Map<Long, Long> terms() {
    return terms;
  }

  /** By index, the configurations, as a person reads them. */
  Map<Long, String> configurations() {
    return configurations;
  }

  /** Follows one step; most change nothing here. */
  void follow(TraceEvent step) {
    if (step instanceof Started started) {
      restart(started);
    } else if (step instanceof Appended appended) {
      append(appended.entries().term(), appended.entries().firstIndex());
      lastIndex = appended.entries().lastIndex();
    } else if (step instanceof ConfigurationAppended appended) {
      append(appended.entry().term(), appended.entry().index());
      lastIndex = appended.entry().index();
      configurations.put(lastIndex, text(appended.configuration()));
    } else if (step instanceof Truncated truncated) {
      terms.tailMap(truncated.fromIndex(), true).clear();
      configurations.tailMap(truncated.fromIndex(), true).clear();
      lastIndex = truncated.fromIndex() - 1;
      durableIndex = Math.min(durableIndex, lastIndex);
    } else if (step instanceof Compacted compacted) {
      compact(compacted.base());
    } else if (step instanceof Installed installed) {
      terms.clear();
      configurations.clear();
      base = installed.base();
      lastIndex = base.index();
      configurations.put(installed.configurationIndex(), text(installed.configuration()));
    } else if (step instanceof Refilled refilled) {
      Configuration configuration = refilled.configuration();
      if (configuration != null) {
        configurations.put(refilled.entry().index(), text(configuration));
      }
    } else if (step instanceof Written written) {
      durableIndex = written.durableIndex();
    }
  }

  private void restart(Started started) {
    terms.clear();
    configurations.clear();
    base = started.base();
    lastIndex = started.last().index();
    durableIndex = started.durableIndex();
    started.termStarts().forEach(start -> terms.put(start.index(), start.term()));
    started.configurations().forEach((index, kept) -> configurations.put(index, text(kept)));
  }

  private void append(long term, long index) {
    Map.Entry<Long, Long> latest = terms.lastEntry();
    if (latest == null || latest.getValue() != term) {
      terms.put(index, term);
    }
  }

  private void compact(EntryId newBase) {
    Map.Entry<Long, Long> first = terms.floorEntry(newBase.index() + 1);
    terms.headMap(newBase.index(), true).clear();
    if (first != null && newBase.index() < lastIndex) {
      terms.put(newBase.index() + 1, first.getValue());
    }
    base = newBase;
  }

  static String text(Configuration configuration) {
    return configuration.toString();
  }
}
