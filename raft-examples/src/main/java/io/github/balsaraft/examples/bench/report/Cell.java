package io.github.balsaraft.examples.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What results must have in common to be compared: the size and number of operations, and how durable they are.
 *
 * @param mode what was measured
 * @param name for people
 */
record Cell(String mode, String name) {

  private static final int KIBIBYTE = 1024;

  private static final double ENTRIES_SHOWN_IN = 1000;

  static Cell of(Result result) {
    List<String> parts = new ArrayList<>();
    int payload = (int) result.number("payload").orElse(0);
    int outstanding = (int) result.number("outstanding").orElse(0);
    String size = bytes(payload);
    parts.add(result.mode().equals("failover") ? size : size + " x " + outstanding);
    int nodes = (int) result.number("nodes").orElse(3);
    if (nodes != 3) {
      parts.add(nodes == 1 ? "1 node" : nodes + " nodes");
    }
    result.number("groups").ifPresent(groups -> parts.add((int) groups + " groups"));
    // To the thousand: a closed loop may write a few more than it was asked for.
    result
        .number("entries")
        .ifPresent(entries -> parts.add(String.format(
            Locale.ROOT,
            "%,.0f entries",
            Math.rint(entries / ENTRIES_SHOWN_IN) * ENTRIES_SHOWN_IN)));
    String readers = result.text("readers");
    if (!readers.isEmpty() && !readers.equals("leader")) {
      parts.add("reads at " + readers);
    }
    result
        .electionTimeoutMillis()
        .ifPresent(millis -> parts.add("election timeout " + (int) millis + " ms"));
    if (result.truth("silent", false)) {
      parts.add("silent");
    }
    if (!result.durability().remark().isEmpty()) {
      parts.add(result.durability().remark());
    }
    return new Cell(result.mode(), String.join(", ", parts));
  }

  private static String bytes(int bytes) {
    return bytes >= KIBIBYTE && bytes % KIBIBYTE == 0 ? bytes / KIBIBYTE + " KiB" : bytes + " B";
  }
}
