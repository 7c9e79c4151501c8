package io.github.balsaraft.testing.simulation.diagram;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.trace.TraceState;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogWrite;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Events of a run as lines of text. Nothing in them depends on the process, its language or its memory. */
final class EventLine {

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final ReplicaNames names;

  EventLine(ReplicaNames names) {
    this.names = names;
  }

  String of(RunEvent event) {
    return time(event.atNanos()) + " " + words(event).replace('\n', ' ').replace('\r', ' ');
  }

  /** Seconds with all nine digits behind the point. */
  static String time(long nanos) {
    String digits = Long.toString(NANOS_PER_SECOND + nanos % NANOS_PER_SECOND);
    return nanos / NANOS_PER_SECOND + "." + digits.substring(1);
  }

  private String words(RunEvent event) {
    if (event instanceof RunEvent.Step e) {
      return at(e.host(), e.life()) + StepText.of(e.step(), names) + " | "
          + of(e.step().header().state());
    } else if (event instanceof RunEvent.Sent e) {
      MessageView view = MessageView.of(e.message().message(), names);
      return link(e.from(), e.to()) + "sent #" + e.number() + " " + view.kind() + " term "
          + view.term() + " " + view.fields();
    } else if (event instanceof RunEvent.Arrived e) {
      return link(e.from(), e.to()) + "arrived #" + e.number();
    } else if (event instanceof RunEvent.Lost e) {
      return link(e.from(), e.to()) + "lost #" + e.number();
    } else if (event instanceof RunEvent.Durable e) {
      return at(e.host(), e.life()) + "durable: " + of(e.write());
    } else if (event instanceof RunEvent.Applied e) {
      return at(e.host(), e.life()) + "applied " + e.index() + "@" + e.term() + " " + e.command()
          + " -> " + e.result();
    } else if (event instanceof RunEvent.Operation e) {
      return "client " + e.client() + " " + e.text() + " -> " + e.outcome() + " from "
          + time(e.fromNanos()) + (e.toNanos() < 0 ? ", open" : " to " + time(e.toNanos()));
    }
    return rareWords(event);
  }

  private String rareWords(RunEvent event) {
    if (event instanceof RunEvent.Before e) {
      return at(e.host(), e.life()) + (e.up() ? "is up" : "is down") + ", applied " + e.applied()
          + " | " + of(e.state());
    } else if (event instanceof RunEvent.Started e) {
      return at(e.host(), e.life()) + "process starts";
    } else if (event instanceof RunEvent.Ended e) {
      return at(e.host(), e.life()) + "process ends: " + e.how();
    } else if (event instanceof RunEvent.Restored e) {
      return at(e.host(), e.life()) + "restored from a snapshot up to " + e.index();
    } else if (event instanceof RunEvent.Held e) {
      return at(e.host(), e.life()) + "has found the state after " + StepText.of(e.entry())
          + " on its disk";
    } else if (event instanceof RunEvent.Paused e) {
      return at(e.host(), e.life())
          + (e.nanos() == 0 ? "may go on" : "paused for " + time(e.nanos()));
    } else if (event instanceof RunEvent.Cut e) {
      return link(e.from(), e.to()) + "cut";
    } else if (event instanceof RunEvent.Joined e) {
      return link(e.from(), e.to()) + "joined";
    } else if (event instanceof RunEvent.Fault e) {
      return "fault: " + e.what();
    } else if (event instanceof RunEvent.Note e) {
      return e.host() + " note: " + e.what();
    } else if (event instanceof RunEvent.Violation e) {
      return "VIOLATION: " + e.what();
    }
    throw new IllegalStateException("no words for " + event);
  }

  private static String at(HostId host, int life) {
    return host + "/" + life + " ";
  }

  private static String link(HostId from, HostId to) {
    return from + "->" + to + " ";
  }

  private String of(@Nullable TraceState state) {
    if (state == null) {
      return "no state";
    }
    return state.role() + " term " + state.term() + " vote " + orDash(names.of(state.vote()))
        + " leader " + orDash(names.of(state.leader())) + " commit " + state.commitIndex()
        + " last " + StepText.of(state.last()) + " configuration " + state.configurationIndex();
  }

  private static String orDash(String name) {
    return name.isEmpty() ? "-" : name;
  }

  /** What a write holds. */
  String of(LogWrite write) {
    StringJoiner words = new StringJoiner(", ");
    if (write.host() != null) {
      words.add("host record");
    }
    for (GroupWrite group : write.groups()) {
      if (group.replica() != null) {
        words.add("replica " + names.of(group.replica().replica()) + " "
            + group.replica().state());
      }
      if (group.hardState() != null) {
        words.add("term " + group.hardState().term() + " vote "
            + orDash(names.of(group.hardState().votedFor())));
      }
      if (group.truncateFrom() > 0) {
        words.add("truncate from " + group.truncateFrom());
      }
      if (group.base().index() > 0) {
        words.add("base " + StepText.of(group.base()));
      }
      group.append().forEach(batch -> words.add(batch.toString()));
    }
    return words.toString();
  }
}
