package io.github.balsaraft.testing.simulation.checks;

import io.github.balsaraft.model.Message;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** How many messages of each kind were sent, how many copies were lost, and how many arrived once more. */
final class MessageCounts {

  private static final int SENT = 0;
  private static final int LOST = 1;
  private static final int REPEATED = 2;

  private final Map<String, long[]> byKind = new TreeMap<>();

  /** Found by class, since a name is made anew each time that it is asked for. */
  private final Map<Class<?>, long[]> byClass = new HashMap<>();

  /** The numbers of those that have arrived. */
  private final BitSet arrived = new BitSet();

  MessageCounts() {
    addKinds(Message.class);
  }

  private void addKinds(Class<?> type) {
    if (type.isSealed()) {
      for (Class<?> permitted : type.getPermittedSubclasses()) {
        addKinds(permitted);
      }
    } else {
      long[] counts = new long[3];
      byKind.put(type.getSimpleName(), counts);
      byClass.put(type, counts);
    }
  }

  void sent(Message message) {
    byClass.get(message.getClass())[SENT]++;
  }

  void lost(Message message) {
    byClass.get(message.getClass())[LOST]++;
  }

  void arrived(Message message, long number) {
    int place = Math.toIntExact(number);
    if (arrived.get(place)) {
      byClass.get(message.getClass())[REPEATED]++;
    }
    arrived.set(place);
  }

  void add(MessageCounts other) {
    other.byKind.forEach((kind, counts) -> {
      long[] sum = byKind.get(kind);
      for (int i = 0; i < sum.length; i++) {
        sum[i] += counts[i];
      }
    });
  }

  List<String> neverSent() {
    List<String> never = new ArrayList<>();
    byKind.forEach((kind, counts) -> {
      if (counts[SENT] == 0) {
        never.add(kind);
      }
    });
    return never;
  }

  @Override
  public String toString() {
    StringBuilder table = new StringBuilder(String.format(
        Locale.ROOT, "%n%-38s %12s %12s %12s%n", "message", "sent", "copies lost", "repeated"));
    byKind.forEach((kind, counts) -> table.append(String.format(
        Locale.ROOT,
        "%-38s %,12d %,12d %,12d%n",
        kind,
        counts[SENT],
        counts[LOST],
        counts[REPEATED])));
    return table.toString();
  }
}
