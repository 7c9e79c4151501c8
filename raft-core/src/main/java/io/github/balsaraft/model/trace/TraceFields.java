package io.github.balsaraft.model.trace;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import io.github.balsaraft.model.Removal;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.UnknownFormatException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The fields of an object in a trace, each taken out once; {@link #end} then finds those that nobody knows. Reads what
 * {@link TraceValues} writes.
 */
final class TraceFields {

  private final String what;
  private final Map<String, @Nullable Object> left;

  /** @param what the object, for errors */
  TraceFields(String what, Map<String, ? extends @Nullable Object> fields) {
    this.what = what;
    this.left = new LinkedHashMap<>(fields);
  }

  /** Says that all fields were taken. */
  void end() {
    if (!left.isEmpty()) {
      throw new UnknownFormatException(
          what + " has an unknown field \"" + left.keySet().iterator().next() + "\"");
    }
  }

  CorruptDataException wrong(String name, String expected) {
    return new CorruptDataException(what + ": \"" + name + "\" is no " + expected);
  }

  private @Nullable Object take(String name) {
    if (!left.containsKey(name)) {
      throw new CorruptDataException(what + " lacks its field \"" + name + "\"");
    }
    return left.remove(name);
  }

  private <T> T take(String name, Class<T> type, String expected) {
    Object value = take(name);
    if (!type.isInstance(value)) {
      throw wrong(name, expected);
    }
    return type.cast(value);
  }

  long number(String name) {
    return take(name, Long.class, "number");
  }

  private int small(String name) {
    long number = number(name);
    if (number != (int) number) {
      throw wrong(name, "number of 32 bits");
    }
    return (int) number;
  }

  boolean truth(String name) {
    return take(name, Boolean.class, "truth value");
  }

  String text(String name) {
    return take(name, String.class, "text");
  }

  TraceFields object(String name) {
    return new TraceFields(what + "." + name, map(name, take(name)));
  }

  private Map<String, Object> map(String name, @Nullable Object value) {
    if (!(value instanceof Map<?, ?> found)) {
      throw wrong(name, "object");
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    found.forEach((key, item) -> fields.put((String) key, item));
    return fields;
  }

  <T> List<T> list(String name, Function<TraceFields, T> reader) {
    List<T> items = new ArrayList<>();
    for (Object item : take(name, List.class, "list")) {
      TraceFields fields = new TraceFields(what + "." + name, map(name, item));
      items.add(reader.apply(fields));
      fields.end();
    }
    return items;
  }

  /** All that is left, as it is. */
  Map<String, Object> rest() {
    Map<String, Object> rest = new LinkedHashMap<>();
    left.forEach((name, value) -> {
      if (value == null) {
        throw wrong(name, "value");
      }
      rest.put(name, value);
    });
    left.clear();
    return rest;
  }

  ReplicaId replica(String name) {
    ReplicaId replica = replicaOrNull(name);
    if (replica == null) {
      throw wrong(name, "replica");
    }
    return replica;
  }

  @Nullable
  ReplicaId replicaOrNull(String name) {
    Object value = take(name);
    if (value == null) {
      return null;
    }
    if (!(value instanceof String text) || !text.matches("r[0-9a-f]{16}")) {
      throw wrong(name, "replica");
    }
    return checked(name, () -> new ReplicaId(Long.parseUnsignedLong(text.substring(1), 16)));
  }

  <T extends Enum<T>> T constant(String name, T[] constants) {
    String text = text(name);
    for (T constant : constants) {
      if (TraceValues.of(constant).equals(text)) {
        return constant;
      }
    }
    throw new UnknownFormatException(what + ": \"" + name + "\" is \"" + text + "\"");
  }

  EntryId entry(String name) {
    TraceFields fields = object(name);
    EntryId entry = fields.entry();
    fields.end();
    return entry;
  }

  EntryId entry() {
    long term = number("term");
    long index = number("index");
    return checked("index", () -> new EntryId(term, index));
  }

  TracedEntries entries(String name) {
    TraceFields fields = object(name);
    TracedEntries entries = new TracedEntries(
        fields.constant("type", EntryType.values()),
        fields.number("term"),
        fields.number("first"),
        fields.number("last"));
    fields.end();
    return entries;
  }

  @Nullable
  Configuration configurationOrNull(String name) {
    if (left.containsKey(name) && left.get(name) == null) {
      take(name);
      return null;
    }
    return configuration(name);
  }

  Configuration configuration(String name) {
    TraceFields fields = object(name);
    List<Member> members = fields.list("members", TraceFields::member);
    int featureLevel = fields.small("featureLevel");
    TraceFields leases = fields.object("leases");
    boolean permitted = leases.truth("permitted");
    int windowMillis = leases.small("windowMillis");
    int maxClockDriftPpm = leases.small("maxClockDriftPpm");
    leases.end();
    List<Removal> removals = fields.list("removals", TraceFields::removal);
    fields.end();
    return checked(
        name,
        () -> Configuration.of(
            members,
            featureLevel,
            new LeaseRules(permitted, windowMillis, maxClockDriftPpm),
            removals));
  }

  private Removal removal() {
    ReplicaId replica = replica("replica");
    String host = text("host");
    boolean wasVoter = truth("wasVoter");
    long index = number("index");
    return checked("host", () -> new Removal(replica, new HostId(host), wasVoter, index));
  }

  private Member member() {
    ReplicaId replica = replica("replica");
    String host = text("host");
    String address = text("address");
    MemberRole role = constant("role", MemberRole.values());
    boolean outgoingVoter = truth("outgoingVoter");
    int priority = small("priority");
    int campaignDelayMillis = small("campaignDelayMillis");
    return checked(
        "host",
        () -> new Member(
            replica,
            new HostId(host),
            address,
            role,
            outgoingVoter,
            priority,
            campaignDelayMillis));
  }

  /** Values check themselves; what they say becomes part of the error. */
  private <T> T checked(String name, Supplier<T> value) {
    try {
      return value.get();
    } catch (IllegalArgumentException e) {
      throw new CorruptDataException(what + ": \"" + name + "\": " + e.getMessage());
    }
  }
}
