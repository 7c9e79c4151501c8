package io.github.balsaraft.testing.simulation.diagram;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.trace.TraceState;
import io.github.balsaraft.storage.GroupWrite;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A run as the page reads it: names once, then an array for each event, of which the first items are the nanoseconds since the
 * event before and its kind. The page's run.js says what follows for each kind.
 */
final class DiagramData {

  private final RecordedRun run;
  private final EventLine lines;
  private final JsonText json = new JsonText();
  private final List<HostId> hosts;
  private final Map<HostId, Integer> hostNumbers = new HashMap<>();
  private final Map<String, Integer> kindNumbers = new LinkedHashMap<>();
  private final List<List<String>> kindFields = new ArrayList<>();
  private final Map<HostId, TraceState> lastStates = new HashMap<>();
  private final PauseLengths pauses;

  private DiagramData(RecordedRun run) {
    this.run = run;
    this.lines = new EventLine(run.names());
    this.pauses = new PauseLengths(run);
    this.hosts = hosts(run);
    hosts.forEach(host -> hostNumbers.put(host, hostNumbers.size()));
  }

  static String of(RunSummary summary, RecordedRun run) {
    return new DiagramData(run).write(summary);
  }

  private static List<HostId> hosts(RecordedRun run) {
    TreeSet<HostId> hosts = new TreeSet<>();
    for (List<RunEvent> events : List.of(run.beginning(), run.events())) {
      for (RunEvent event : events) {
        if (event instanceof RunEvent.Before before) {
          hosts.add(before.host());
        } else if (event instanceof RunEvent.Started started) {
          hosts.add(started.host());
        } else if (event instanceof RunEvent.Sent sent) {
          hosts.add(sent.from());
          hosts.add(sent.to());
        } else if (event instanceof RunEvent.Note note) {
          hosts.add(note.host());
        } else if (event instanceof RunEvent.Cut cut) {
          hosts.add(cut.from());
          hosts.add(cut.to());
        }
      }
    }
    return List.copyOf(hosts);
  }

  private String write(RunSummary summary) {
    // A text, since a page's numbers don't hold 64 bits.
    json.raw("{\"seed\":").text(Long.toString(summary.seed()));
    json.raw(",\"replay\":").text(summary.replayCommand());
    json.raw(",\"violation\":").text(summary.violation());
    json.raw(",\"leftOut\":").number(run.leftOut());
    json.raw(",\"hosts\":").value(hosts.stream().map(HostId::name).toList());
    json.raw(",\"events\":[");
    long last = 0;
    String separator = "";
    for (List<RunEvent> events : List.of(run.beginning(), run.events())) {
      for (RunEvent event : events) {
        json.raw(separator).raw("\n[").number(event.atNanos() - last);
        write(event);
        json.raw("]");
        last = event.atNanos();
        separator = ",";
      }
    }
    json.raw("],\"kinds\":[");
    separator = "";
    for (Map.Entry<String, Integer> kind : kindNumbers.entrySet()) {
      json.raw(separator).raw("[").text(kind.getKey());
      kindFields.get(kind.getValue()).forEach(name -> json.raw(",").text(name));
      json.raw("]");
      separator = ",";
    }
    return json.raw("]}").toString();
  }

  private JsonText begin(String kind, HostId host) {
    return json.raw(",\"").raw(kind).raw("\",").number(number(host));
  }

  private int number(HostId host) {
    return hostNumbers.getOrDefault(host, -1);
  }

  private void write(RunEvent event) {
    if (event instanceof RunEvent.Step e) {
      begin("step", e.host()).raw(",");
      json.text(StepText.of(e.step(), run.names())).raw(",");
      json.value(LogChange.of(e.step()));
      TraceState state = e.step().header().state();
      if (!state.equals(lastStates.put(e.host(), state))) {
        json.raw(",").value(fields(state));
      }
    } else if (event instanceof RunEvent.Sent e) {
      message(e);
    } else if (event instanceof RunEvent.Arrived e) {
      begin("arrived", e.from()).raw(",").number(number(e.to())).raw(",").number(e.number());
    } else if (event instanceof RunEvent.Lost e) {
      begin("lost", e.from()).raw(",").number(number(e.to())).raw(",").number(e.number());
    } else if (event instanceof RunEvent.Durable e) {
      begin("durable", e.host()).raw(",").text(lines.of(e.write())).raw(",");
      json.value(ranges(e));
    } else if (event instanceof RunEvent.Applied e) {
      begin("applied", e.host()).raw(",").number(e.index()).raw(",").number(e.term());
      json.raw(",").text(e.command()).raw(",").text(e.result());
    } else if (event instanceof RunEvent.Operation e) {
      json.raw(",\"operation\",")
          .text(e.client())
          .raw(",")
          .number(e.fromNanos())
          .raw(",");
      json.number(e.toNanos()).raw(",").text(e.text()).raw(",").text(e.outcome());
    } else {
      writeRare(event);
    }
  }

  private void writeRare(RunEvent event) {
    if (event instanceof RunEvent.Before e) {
      begin("before", e.host()).raw(",").number(e.life()).raw(e.up() ? ",true," : ",false,");
      json.number(e.applied()).raw(",");
      json.value(LogChange.of(e.log())).raw(",").value(fields(e.state()));
    } else if (event instanceof RunEvent.Started e) {
      begin("start", e.host()).raw(",").number(e.life());
      lastStates.remove(e.host());
    } else if (event instanceof RunEvent.Ended e) {
      begin("end", e.host()).raw(",").text(e.how());
    } else if (event instanceof RunEvent.Restored e) {
      begin("restored", e.host()).raw(",").number(e.index());
    } else if (event instanceof RunEvent.Held e) {
      begin("held", e.host()).raw(",").number(e.entry().index());
      json.raw(",").number(e.entry().term());
    } else if (event instanceof RunEvent.Paused e) {
      begin("pause", e.host()).raw(",").number(e.nanos()).raw(",").number(pauses.of(e));
    } else if (event instanceof RunEvent.Cut e) {
      begin("cut", e.from()).raw(",").number(number(e.to()));
    } else if (event instanceof RunEvent.Joined e) {
      begin("join", e.from()).raw(",").number(number(e.to()));
    } else if (event instanceof RunEvent.Note e) {
      begin("note", e.host()).raw(",").text(e.what());
    } else if (event instanceof RunEvent.Fault e) {
      json.raw(",\"fault\",").text(e.what());
    } else if (event instanceof RunEvent.Violation e) {
      json.raw(",\"violation\",").text(e.what());
    }
  }

  private void message(RunEvent.Sent sent) {
    MessageView view = MessageView.of(sent.message().message(), run.names());
    Integer kind = kindNumbers.get(view.kind());
    if (kind == null) {
      kind = kindNumbers.size();
      kindNumbers.put(view.kind(), kind);
      kindFields.add(List.copyOf(view.fields().keySet()));
    }
    begin("sent", sent.from()).raw(",").number(number(sent.to())).raw(",").number(sent.number());
    json.raw(",").number(kind).raw(",").number(view.term()).raw(",");
    json.value(List.copyOf(view.fields().values()));
  }

  private @Nullable List<Object> fields(@Nullable TraceState state) {
    if (state == null) {
      return null;
    }
    return List.of(
        state.term(),
        run.names().of(state.vote()),
        state.role().name(),
        run.names().of(state.leader()),
        state.commitIndex(),
        state.last().index(),
        state.last().term(),
        state.configurationIndex());
  }

  /** From where entries were removed, or 0; and the first and last index of each run that was added. */
  private static List<Object> ranges(RunEvent.Durable durable) {
    List<Object> ranges = new ArrayList<>();
    for (GroupWrite group : durable.write().groups()) {
      ranges.add(group.truncateFrom());
      group.append().forEach(batch -> {
        ranges.add(batch.firstIndex());
        ranges.add(batch.lastIndex());
      });
    }
    return ranges;
  }
}
