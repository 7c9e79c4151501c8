package io.github.balsaraft.model.trace;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.Removal;
import io.github.balsaraft.model.ReplicaId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How the values of the protocol stand in a trace. {@link TraceFields} reads them back. */
final class TraceValues {

  private static final String DIGITS = "0123456789abcdef";

  private TraceValues() {}

  /** As {@link ReplicaId#toString}, but without a format (what that saves was not measured): it is in every line several times. */
  static String of(ReplicaId replica) {
    return "r" + opaque(replica.value());
  }

  /** Any 64 bits: more than what many readers of JSON keep of a number. */
  static String opaque(long bits) {
    char[] text = new char[16];
    for (int i = 0; i < 16; i++) {
      text[i] = DIGITS.charAt((int) (bits >>> (60 - 4 * i)) & 0xf);
    }
    return new String(text);
  }

  static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  static Map<String, Object> of(EntryId entry) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("term", entry.term());
    fields.put("index", entry.index());
    return fields;
  }

  static Map<String, Object> of(TracedEntries entries) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("type", of(entries.type()));
    fields.put("term", entries.term());
    fields.put("first", entries.firstIndex());
    fields.put("last", entries.lastIndex());
    return fields;
  }

  static Map<String, Object> of(Configuration configuration) {
    Map<String, Object> fields = new LinkedHashMap<>();
    List<Object> members = new ArrayList<>();
    for (Member member : configuration.members()) {
      members.add(of(member));
    }
    fields.put("members", members);
    fields.put("featureLevel", (long) configuration.featureLevel());
    LeaseRules rules = configuration.leaseRules();
    Map<String, Object> leases = new LinkedHashMap<>();
    leases.put("permitted", rules.permitted());
    leases.put("windowMillis", (long) rules.windowMillis());
    leases.put("maxClockDriftPpm", (long) rules.maxClockDriftPpm());
    fields.put("leases", leases);
    List<Object> removals = new ArrayList<>();
    for (Removal removal : configuration.removals()) {
      Map<String, Object> removed = new LinkedHashMap<>();
      removed.put("replica", of(removal.replica()));
      removed.put("host", removal.host().name());
      removed.put("wasVoter", removal.wasVoter());
      removed.put("index", removal.index());
      removals.add(removed);
    }
    fields.put("removals", removals);
    return fields;
  }

  private static Map<String, Object> of(Member member) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("replica", of(member.replica()));
    fields.put("host", member.host().name());
    fields.put("address", member.address());
    fields.put("role", of(member.role()));
    fields.put("outgoingVoter", member.outgoingVoter());
    fields.put("priority", (long) member.priority());
    fields.put("campaignDelayMillis", (long) member.campaignDelayMillis());
    return fields;
  }
}
