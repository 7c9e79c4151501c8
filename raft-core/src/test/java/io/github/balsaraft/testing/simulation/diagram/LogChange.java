package io.github.balsaraft.testing.simulation.diagram;

import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.model.trace.TraceEvent.Appended;
import io.github.balsaraft.model.trace.TraceEvent.Compacted;
import io.github.balsaraft.model.trace.TraceEvent.ConfigurationAppended;
import io.github.balsaraft.model.trace.TraceEvent.Installed;
import io.github.balsaraft.model.trace.TraceEvent.Started;
import io.github.balsaraft.model.trace.TraceEvent.Truncated;
import io.github.balsaraft.model.trace.TraceEvent.Written;
import java.util.ArrayList;
import java.util.List;

/** What a step does to the log, as the page reads it: the name of the change, and its numbers. */
final class LogChange {

  private LogChange() {}

  /** What the step changes; an empty list for nothing. */
  static List<Object> of(TraceEvent step) {
    if (step instanceof Appended e) {
      return List.of(
          "append",
          e.entries().firstIndex(),
          e.entries().lastIndex(),
          e.entries().term());
    } else if (step instanceof Written e) {
      return List.of("written", e.durableIndex());
    } else if (step instanceof ConfigurationAppended e) {
      return List.of(
          "configuration",
          e.entry().index(),
          e.entry().index(),
          e.entry().term(),
          LogOutline.text(e.configuration()));
    } else if (step instanceof Truncated e) {
      return List.of("truncate", e.fromIndex());
    } else if (step instanceof Compacted e) {
      return List.of("compact", e.base().index(), e.base().term());
    } else if (step instanceof Installed e) {
      return List.of(
          "install",
          e.base().index(),
          e.base().term(),
          e.configurationIndex(),
          LogOutline.text(e.configuration()));
    } else if (step instanceof Started) {
      LogOutline log = new LogOutline();
      log.follow(step);
      return of(log);
    }
    return List.of();
  }

  /** That the log is as this says from now on. */
  static List<Object> of(LogOutline log) {
    List<Object> terms = new ArrayList<>();
    log.terms().forEach((index, term) -> terms.add(List.of(index, term)));
    List<Object> configurations = new ArrayList<>();
    log.configurations().forEach((index, text) -> configurations.add(List.of(index, text)));
    return List.of(
        "log",
        log.base().index(),
        log.base().term(),
        log.lastIndex(),
        log.durableIndex(),
        terms,
        configurations);
  }
}
