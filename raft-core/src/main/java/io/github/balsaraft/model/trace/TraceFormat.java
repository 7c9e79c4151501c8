package io.github.balsaraft.model.trace;

import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.UnknownFormatException;
import io.github.balsaraft.model.trace.TraceEvent.Appended;
import io.github.balsaraft.model.trace.TraceEvent.ChangeEnded;
import io.github.balsaraft.model.trace.TraceEvent.Committed;
import io.github.balsaraft.model.trace.TraceEvent.Compacted;
import io.github.balsaraft.model.trace.TraceEvent.ConfigurationAppended;
import io.github.balsaraft.model.trace.TraceEvent.ConfigurationApplied;
import io.github.balsaraft.model.trace.TraceEvent.Installed;
import io.github.balsaraft.model.trace.TraceEvent.LeaseRead;
import io.github.balsaraft.model.trace.TraceEvent.ReadBegun;
import io.github.balsaraft.model.trace.TraceEvent.ReadEnded;
import io.github.balsaraft.model.trace.TraceEvent.Received;
import io.github.balsaraft.model.trace.TraceEvent.Refilled;
import io.github.balsaraft.model.trace.TraceEvent.RoleChanged;
import io.github.balsaraft.model.trace.TraceEvent.Sent;
import io.github.balsaraft.model.trace.TraceEvent.Started;
import io.github.balsaraft.model.trace.TraceEvent.TransferBegun;
import io.github.balsaraft.model.trace.TraceEvent.TransferEnded;
import io.github.balsaraft.model.trace.TraceEvent.TransferGivenUp;
import io.github.balsaraft.model.trace.TraceEvent.Truncated;
import io.github.balsaraft.model.trace.TraceEvent.Voted;
import io.github.balsaraft.model.trace.TraceEvent.Written;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The text of events: one JSON object each, on one line. The same event always gives the same text. docs/trace.md describes
 * every field.
 *
 * <p>Thread-safe: it holds nothing.
 */
public final class TraceFormat {

  /** The version that each start event names. */
  public static final long VERSION = 1;

  private TraceFormat() {}

  // ------------------------------------------------------------------ writing

  /** The line of an event, without the line feed. */
  public static String format(TraceEvent event) {
    Writer writer = new Writer();
    event.deliverTo(writer);
    Map<String, @Nullable Object> line = new LinkedHashMap<>();
    line.put("event", writer.kind);
    TraceHeader header = event.header();
    line.put("replica", TraceValues.of(header.replica()));
    line.put("number", header.number());
    line.put("atNanos", header.atNanos());
    line.putAll(writer.delta);
    line.put("state", state(header.state()));
    return Json.write(line);
  }

  private static Map<String, @Nullable Object> state(TraceState state) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("term", state.term());
    fields.put("vote", orNull(state.vote()));
    fields.put("role", TraceValues.of(state.role()));
    fields.put("leader", orNull(state.leader()));
    fields.put("commit", state.commitIndex());
    fields.put("last", TraceValues.of(state.last()));
    fields.put("configuration", state.configurationIndex());
    return fields;
  }

  private static @Nullable String orNull(@Nullable ReplicaId replica) {
    return replica == null ? null : TraceValues.of(replica);
  }

  /** What each kind of event is called, and what has changed. */
  private static final class Writer implements TraceEvent.Handler {

    private String kind = "";
    private final Map<String, @Nullable Object> delta = new LinkedHashMap<>();

    private Writer kind(String name) {
      kind = name;
      return this;
    }

    private Writer with(String name, @Nullable Object value) {
      delta.put(name, value);
      return this;
    }

    @Override
    public void onStarted(Started event) {
      List<Object> starts = new ArrayList<>();
      event.termStarts().forEach(start -> starts.add(TraceValues.of(start)));
      List<Object> configurations = new ArrayList<>();
      event.configurations().forEach((index, configuration) -> {
        Map<String, Object> item = new LinkedHashMap<>();
        item.put("index", index);
        item.put("configuration", TraceValues.of(configuration));
        configurations.add(item);
      });
      kind("start")
          .with("version", VERSION)
          .with("term", event.term())
          .with("vote", orNull(event.vote()))
          .with("base", TraceValues.of(event.base()))
          .with("termStarts", starts)
          .with("last", TraceValues.of(event.last()))
          .with("durable", event.durableIndex())
          .with("commit", event.commitIndex())
          .with("configurations", configurations);
    }

    @Override
    public void onRoleChanged(RoleChanged event) {
      kind("role")
          .with("role", TraceValues.of(event.role()))
          .with("term", event.term())
          .with("leader", orNull(event.leader()))
          .with("reason", event.reason());
    }

    @Override
    public void onVoted(Voted event) {
      kind("vote").with("candidate", TraceValues.of(event.candidate()));
    }

    @Override
    public void onAppended(Appended event) {
      kind("append").with("entries", TraceValues.of(event.entries()));
    }

    @Override
    public void onConfigurationAppended(ConfigurationAppended event) {
      kind("configuration_append")
          .with("entry", TraceValues.of(event.entry()))
          .with("configuration", TraceValues.of(event.configuration()));
    }

    @Override
    public void onTruncated(Truncated event) {
      kind("truncate").with("from", event.fromIndex());
    }

    @Override
    public void onCompacted(Compacted event) {
      kind("compact").with("base", TraceValues.of(event.base()));
    }

    @Override
    public void onInstalled(Installed event) {
      kind("install")
          .with("base", TraceValues.of(event.base()))
          .with("configuration", TraceValues.of(event.configuration()))
          .with("index", event.configurationIndex());
    }

    @Override
    public void onRefilled(Refilled event) {
      Configuration configuration = event.configuration();
      kind("refill")
          .with("entry", TraceValues.of(event.entry()))
          .with("configuration", configuration == null ? null : TraceValues.of(configuration));
    }

    @Override
    public void onWritten(Written event) {
      kind("written").with("sequence", event.sequence()).with("durable", event.durableIndex());
    }

    @Override
    public void onCommitted(Committed event) {
      kind("commit").with("index", event.index());
    }

    @Override
    public void onConfigurationApplied(ConfigurationApplied event) {
      kind("configuration_apply").with("index", event.index());
    }

    @Override
    public void onSent(Sent event) {
      kind("send").with("message", message(event.message()));
    }

    @Override
    public void onReceived(Received event) {
      kind("receive").with("message", message(event.message()));
    }

    private static Map<String, Object> message(TracedMessage message) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("kind", message.kind());
      fields.put("from", TraceValues.of(message.from()));
      fields.put("to", TraceValues.of(message.to()));
      fields.put("term", message.term());
      fields.putAll(message.fields());
      return fields;
    }

    @Override
    public void onReadBegun(ReadBegun event) {
      kind("read").with("read", event.readId());
    }

    @Override
    public void onReadEnded(ReadEnded event) {
      kind("read_end")
          .with("read", event.readId())
          .with("index", event.index())
          .with("refusal", event.refusal());
    }

    @Override
    public void onLeaseRead(LeaseRead event) {
      kind("lease_read").with("read", event.readId()).with("until", event.untilNanos());
    }

    @Override
    public void onTransferBegun(TransferBegun event) {
      kind("transfer")
          .with("target", TraceValues.of(event.target()))
          .with("transfer", event.transfer());
    }

    @Override
    public void onTransferGivenUp(TransferGivenUp event) {
      kind("transfer_given_up")
          .with("target", TraceValues.of(event.target()))
          .with("transfer", event.transfer());
    }

    @Override
    public void onTransferEnded(TransferEnded event) {
      kind("transfer_end")
          .with("asked", event.request())
          .with("end", TraceValues.of(event.end()))
          .with("target", orNull(event.target()))
          .with("reason", event.reason());
    }

    @Override
    public void onChangeEnded(ChangeEnded event) {
      List<Object> refusals = new ArrayList<>();
      for (ChangeRefusal refusal : event.refusals()) {
        Map<String, Object> item = new LinkedHashMap<>();
        item.put("reason", TraceValues.of(refusal.reason()));
        item.put("detail", refusal.detail());
        refusals.add(item);
      }
      kind("change_end")
          .with("change", event.change())
          .with("end", TraceValues.of(event.end()))
          .with("index", event.index())
          .with("detail", event.detail())
          .with("refusals", refusals);
    }
  }

  // ------------------------------------------------------------------ reading

  /**
   * The event of a line.
   *
   * @throws UnknownFormatException if the kind of event, one of its fields, or the version is not known: a newer version of
   *     this library wrote it
   * @throws CorruptDataException if it isn't JSON, a field is missing, or has a value that it can't have
   */
  public static TraceEvent parse(String line) {
    TraceFields fields = new TraceFields("a trace event", Json.parse(line));
    String kind = fields.text("event");
    TraceHeader header = new TraceHeader(
        fields.replica("replica"),
        fields.number("number"),
        fields.number("atNanos"),
        state(fields.object("state")));
    TraceEvent event = parse(kind, header, fields);
    fields.end();
    return event;
  }

  private static TraceState state(TraceFields fields) {
    TraceState state = new TraceState(
        fields.number("term"),
        fields.replicaOrNull("vote"),
        fields.constant("role", Role.values()),
        fields.replicaOrNull("leader"),
        fields.number("commit"),
        fields.entry("last"),
        fields.number("configuration"));
    fields.end();
    return state;
  }

  private static TraceEvent parse(String kind, TraceHeader header, TraceFields fields) {
    return switch (kind) {
      case "start" -> started(header, fields);
      case "role" ->
        new RoleChanged(
            header,
            fields.constant("role", Role.values()),
            fields.number("term"),
            fields.replicaOrNull("leader"),
            fields.text("reason"));
      case "vote" -> new Voted(header, fields.replica("candidate"));
      case "append" -> new Appended(header, fields.entries("entries"));
      case "configuration_append" ->
        new ConfigurationAppended(
            header, fields.entry("entry"), fields.configuration("configuration"));
      case "truncate" -> new Truncated(header, fields.number("from"));
      case "compact" -> new Compacted(header, fields.entry("base"));
      case "install" ->
        new Installed(
            header,
            fields.entry("base"),
            fields.configuration("configuration"),
            fields.number("index"));
      case "refill" ->
        new Refilled(header, fields.entry("entry"), fields.configurationOrNull("configuration"));
      case "written" -> new Written(header, fields.number("sequence"), fields.number("durable"));
      case "commit" -> new Committed(header, fields.number("index"));
      case "configuration_apply" -> new ConfigurationApplied(header, fields.number("index"));
      case "send" -> new Sent(header, message(fields.object("message")));
      case "receive" -> new Received(header, message(fields.object("message")));
      case "read" -> new ReadBegun(header, fields.number("read"));
      case "read_end" ->
        new ReadEnded(
            header, fields.number("read"), fields.number("index"), fields.text("refusal"));
      case "lease_read" -> new LeaseRead(header, fields.number("read"), fields.number("until"));
      case "transfer" ->
        new TransferBegun(header, fields.replica("target"), fields.number("transfer"));
      case "transfer_given_up" ->
        new TransferGivenUp(header, fields.replica("target"), fields.number("transfer"));
      case "transfer_end" ->
        new TransferEnded(
            header,
            fields.number("asked"),
            fields.constant("end", TraceEvent.End.values()),
            fields.replicaOrNull("target"),
            fields.text("reason"));
      case "change_end" ->
        new ChangeEnded(
            header,
            fields.number("change"),
            fields.constant("end", TraceEvent.End.values()),
            fields.number("index"),
            fields.text("detail"),
            fields.list("refusals", TraceFormat::refusal));
      default -> throw new UnknownFormatException("there is no trace event \"" + kind + "\"");
    };
  }

  private static ChangeRefusal refusal(TraceFields fields) {
    return new ChangeRefusal(
        fields.constant("reason", ChangeRefusal.Reason.values()), fields.text("detail"));
  }

  private static Started started(TraceHeader header, TraceFields fields) {
    long version = fields.number("version");
    if (version != VERSION) {
      throw new UnknownFormatException(
          "the trace has version " + version + ", this library reads version " + VERSION);
    }
    long term = fields.number("term");
    ReplicaId vote = fields.replicaOrNull("vote");
    EntryId base = fields.entry("base");
    List<EntryId> termStarts = fields.list("termStarts", TraceFields::entry);
    EntryId last = fields.entry("last");
    long durable = fields.number("durable");
    long commit = fields.number("commit");
    TreeMap<Long, Configuration> configurations = new TreeMap<>();
    fields.list("configurations", item -> {
      configurations.put(item.number("index"), item.configuration("configuration"));
      return item;
    });
    return new Started(header, term, vote, base, termStarts, last, durable, commit, configurations);
  }

  private static TracedMessage message(TraceFields fields) {
    String kind = fields.text("kind");
    ReplicaId from = fields.replica("from");
    ReplicaId to = fields.replica("to");
    long term = fields.number("term");
    Map<String, Object> rest = fields.rest();
    MessageFields.check(kind, rest);
    return new TracedMessage(kind, from, to, term, rest);
  }
}
