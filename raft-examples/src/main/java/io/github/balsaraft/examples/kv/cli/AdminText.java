package io.github.balsaraft.examples.kv.cli;

import io.github.balsaraft.examples.kv.client.Admin.ServerStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What {@code kv admin} shows to people. Pure: answers in, lines out. */
final class AdminText {

  private AdminText() {}

  static List<String> status(List<ServerStatus> statuses) {
    Table table = new Table(
        "SERVER",
        "ID",
        "ROLE",
        "TERM",
        "LEADER",
        "COMMIT",
        "APPLIED",
        "AGE OF READS",
        "SNAPSHOT",
        "NOTE");
    for (ServerStatus status : statuses) {
      String server = status.server().toString();
      if (!status.isUp()) {
        table.row(server, "-", "down", "-", "-", "-", "-", "-", "-", status.problem());
        continue;
      }
      table.row(
          server,
          status.get("id"),
          isRemoved(status) ? "removed" : status.get("role"),
          status.get("term"),
          orDash(status.get("leader")),
          count(status.get("commit")),
          count(status.get("applied")),
          millis(status.get("staleness_ms")),
          snapshot(status),
          note(status));
    }
    return table.lines();
  }

  /** {@code up to 1,203 (12 MiB)}, or what is done with one at the moment; a dash where none are taken. */
  static String snapshot(ServerStatus status) {
    String fetching = fetching(status.fields());
    if (!fetching.isEmpty()) {
      return fetching;
    }
    long taking = Amounts.number(status.get("snapshot_taking_bytes"));
    if (taking >= 0) {
      return "taking one, " + Amounts.bytes(taking) + " so far";
    } else if (!status.get("snapshots").equals("yes")) {
      return "-";
    } else if (!status.get("snapshot_problem").isEmpty()) {
      return "failing, see explain";
    }
    long index = Amounts.number(status.get("snapshot_index"));
    return index < 0
        ? "none yet"
        : "up to " + count(status.get("snapshot_index")) + " ("
            + Amounts.bytes(Amounts.number(status.get("snapshot_bytes"))) + ")";
  }

  /**
   * {@code fetching from n1 [#########-----------] 45 % of 1000 B}, or what else is done with a snapshot of another server; nothing if
   * nothing is. Of the fields of a status.
   */
  static String fetching(Map<String, String> fields) {
    long bytes = Amounts.number(fields.getOrDefault("snapshot_fetching_bytes", ""));
    if (bytes < 0) {
      return "";
    }
    long ofBytes = Amounts.number(fields.getOrDefault("snapshot_fetching_of_bytes", ""));
    String source = fields.getOrDefault("snapshot_fetching_from", "");
    String from = source.isEmpty() ? "" : " from " + source;
    return switch (fields.getOrDefault("snapshot_fetching_phase", "")) {
      case "taking_up" -> "reading what is here of the snapshot" + from;
      case "verifying" -> "verifying the snapshot" + from + " " + howFar(bytes, ofBytes);
      case "restoring" -> "restoring the snapshot" + from + " " + howFar(bytes, ofBytes);
      default -> "fetching" + from + " " + howFar(bytes, ofBytes);
    };
  }

  private static String howFar(long bytes, long ofBytes) {
    return ofBytes > 0
        ? ProgressBar.of(bytes, ofBytes) + " of " + Amounts.bytes(ofBytes)
        : Amounts.bytes(bytes) + " so far";
  }

  private static boolean isRemoved(ServerStatus status) {
    return !status.get("removed_at").equals("0");
  }

  private static String note(ServerStatus status) {
    if (isRemoved(status)) {
      return "removed at index " + status.get("removed_at") + "; stop it, delete its folder";
    } else if (!status.get("health").equals("running")) {
      return status.get("health").replace('_', ' ') + ": " + status.get("health_detail");
    } else if (status.get("leader").isEmpty() || !isMember(status)) {
      return status.get("explain");
    }
    return status.get("holds_lease").equals("yes") ? "holds a lease" : "";
  }

  private static boolean isMember(ServerStatus status) {
    String id = status.get("id");
    return List.of((status.get("voters") + "," + status.get("learners")).split(",", -1))
        .contains(id);
  }

  static List<String> members(
      List<Map<String, String>> members,
      List<Map<String, String>> additions,
      List<Map<String, String>> pending,
      Map<String, String> leases) {
    Table table = new Table(
        "ID", "ROLE", "STATE", "PRIORITY", "DELAY", "MATCH", "LAG", "HEARD", "ADDRESS", "CLIENTS");
    for (Map<String, String> member : members) {
      table.row(
          member.getOrDefault("id", ""),
          member.getOrDefault("role", ""),
          state(member),
          member.getOrDefault("priority", ""),
          millis(member.getOrDefault("delay_ms", "-1")),
          count(member.getOrDefault("match", "-1")),
          count(member.getOrDefault("lag", "-1")),
          isLeader(member) ? "-" : millis(member.getOrDefault("contact_ms", "-1")),
          member.getOrDefault("address", ""),
          orDash(member.getOrDefault("client", "")));
    }
    List<String> lines = new ArrayList<>(table.lines());
    additions.forEach(addition -> lines.add(progress(addition)));
    lines.addAll(pendingLines(pending));
    if (arePermitted(leases)) {
      lines.add(leases(leases));
    }
    return lines;
  }

  private static boolean arePermitted(Map<String, String> leases) {
    return leases.getOrDefault("permitted", "no").equals("yes");
  }

  /** {@code leases are on: window 1,000 ms, clocks within 1,000 ppm of each other}. */
  static String leases(Map<String, String> leases) {
    return arePermitted(leases)
        ? "leases are on: window " + count(leases.getOrDefault("window_ms", ""))
            + " ms, clocks within " + count(leases.getOrDefault("drift_ppm", ""))
            + " ppm of each other"
        : "leases are off: reads are confirmed by a quorum";
  }

  private static boolean isLeader(Map<String, String> member) {
    return member.getOrDefault("leader", "no").equals("yes");
  }

  private static String state(Map<String, String> member) {
    if (isLeader(member)) {
      return "leads";
    }
    return switch (member.getOrDefault("live", "unknown")) {
      case "yes" -> "live";
      case "no" -> "silent";
      default -> "-";
    };
  }

  /** {@code n4 on its way to voter: catching up, 1203 entries to go [###-----------------] 16 %}. */
  static String progress(Map<String, String> addition) {
    return addition.getOrDefault("id", "") + " on its way to " + addition.getOrDefault("role", "")
        + ": " + addition.getOrDefault("detail", "") + bar(addition);
  }

  private static String bar(Map<String, String> addition) {
    long match = Amounts.number(addition.getOrDefault("match", ""));
    long missing = Amounts.number(addition.getOrDefault("missing", ""));
    boolean catchesUp = addition.getOrDefault("phase", "").equals("catching_up");
    return catchesUp && match >= 0 && missing > 0
        ? " " + ProgressBar.of(match, match + missing)
        : "";
  }

  static List<String> pendingLines(List<Map<String, String>> pending) {
    return pending.stream()
        .map(host -> {
          String id = host.getOrDefault("id", "");
          return id + " at " + host.getOrDefault("address", "") + " asks to be let in; type: add "
              + id;
        })
        .toList();
  }

  /** {@code voters n1 n2 n3 -> n1 n2 n3 n4}. */
  static List<String> preview(String what, Map<String, String> preview) {
    List<String> lines = new ArrayList<>();
    boolean allowed = preview.getOrDefault("allowed", "no").equals("yes");
    lines.add(what + (allowed ? " would be done" : " would be refused"));
    if (!preview.getOrDefault("target_voters", "").isEmpty()) {
      lines.add("  voters    " + change(preview, "voters"));
      lines.add("  learners  " + change(preview, "learners"));
    }
    for (String name : List.of("refusal", "note")) {
      String text = preview.get(name);
      if (text != null) {
        lines.add("  " + name + "   ".substring(0, name.equals("note") ? 3 : 0) + "   " + text);
      }
    }
    return lines;
  }

  private static String change(Map<String, String> preview, String name) {
    String before = names(preview.getOrDefault(name, ""));
    String after = names(preview.getOrDefault("target_" + name, ""));
    return before.equals(after) ? before + " (as before)" : before + " -> " + after;
  }

  /** {@code n1 n2 n3}. */
  static String names(String separatedByCommas) {
    return separatedByCommas.isEmpty() ? "none" : separatedByCommas.replace(',', ' ');
  }

  static Map<String, Object> json(ServerStatus status) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("server", status.server().toString());
    json.put("up", status.isUp());
    if (status.isUp()) {
      json.putAll(status.fields());
    } else {
      json.put("problem", status.problem());
    }
    return json;
  }

  /** With commas; a dash for what isn't known. */
  static String count(String number) {
    try {
      long value = Long.parseLong(number);
      return value < 0 ? "-" : String.format(Locale.ROOT, "%,d", value);
    } catch (NumberFormatException e) {
      return "-";
    }
  }

  private static String millis(String number) {
    try {
      long value = Long.parseLong(number);
      if (value < 0) {
        return "-";
      }
      return value < 10_000 ? value + " ms" : String.format(Locale.ROOT, "%,d s", value / 1000);
    } catch (NumberFormatException e) {
      return "-";
    }
  }

  private static String orDash(String text) {
    return text.isEmpty() ? "-" : text;
  }
}
