package io.github.balsaraft.examples.kv.command;

import io.github.balsaraft.api.AddOptions;
import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.api.MemberOptions;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads a change of the members from words such as {@code ADD n4 LEARNER}. */
final class ChangeWords {

  private static final String LEARNER = "learner";
  private static final String PRIORITY = "priority";
  private static final String DELAY = "delay";
  private static final String TIMEOUT = "timeout";
  private static final String ADDRESS = "address";
  private static final String WINDOW = "window";
  private static final String DRIFT = "drift";

  /** The least election timeout of servers for which nobody said anything else. */
  private static final int DEFAULT_WINDOW_MILLIS = 1000;

  private final String verb;
  private final List<String> words;
  private final Map<String, String> options = new LinkedHashMap<>();

  private ChangeWords(List<String> words) {
    this.verb = words.get(0).toLowerCase(Locale.ROOT);
    this.words = words;
  }

  /**
   * Reads it.
   *
   * @throws IllegalArgumentException if that isn't a change; the message says what is wrong
   */
  static ConfigurationChange parse(List<String> words) {
    return new ChangeWords(words).parse();
  }

  private ConfigurationChange parse() {
    switch (verb) {
      case "add" -> {
        readOptions(2, Set.of(PRIORITY, DELAY, TIMEOUT), Set.of(LEARNER));
        AddOptions added = options.containsKey(LEARNER) ? AddOptions.learner() : AddOptions.voter();
        return new ConfigurationChange.Add(
            host(1),
            added
                .withPriority(number(PRIORITY).orElse(added.priority()))
                .withCampaignDelay(millis(DELAY).orElse(added.campaignDelay()))
                .withTimeLimit(timeout()));
      }
      case "promote" -> {
        readOptions(2, Set.of(TIMEOUT), Set.of());
        return new ConfigurationChange.Promote(host(1), timeout());
      }
      case "demote" -> {
        readOptions(2, Set.of(), Set.of());
        return new ConfigurationChange.Demote(host(1));
      }
      case "remove" -> {
        readOptions(2, Set.of(), Set.of());
        return new ConfigurationChange.Remove(host(1));
      }
      case "replace" -> {
        readOptions(3, Set.of(TIMEOUT), Set.of());
        return new ConfigurationChange.Replace(host(1), host(2), timeout());
      }
      case "set" -> {
        readOptions(2, Set.of(PRIORITY, DELAY, ADDRESS), Set.of());
        if (options.isEmpty()) {
          throw new IllegalArgumentException("SET changes PRIORITY, DELAY or ADDRESS");
        }
        return new ConfigurationChange.Update(
            host(1),
            new MemberOptions(
                number(PRIORITY), millis(DELAY), Optional.ofNullable(options.get(ADDRESS))));
      }
      case "leases" -> {
        return new ConfigurationChange.SetLeases(leases());
      }
      default ->
        throw new IllegalArgumentException("\"" + words.get(0) + "\" is no change of members");
    }
  }

  private LeaseRules leases() {
    String choice = words.size() < 2 ? "" : words.get(1).toLowerCase(Locale.ROOT);
    switch (choice) {
      case "on" -> {
        readOptions(2, Set.of(WINDOW, DRIFT), Set.of());
        return LeaseRules.permitted(
            number(WINDOW).orElse(DEFAULT_WINDOW_MILLIS),
            number(DRIFT).orElse(LeaseRules.DEFAULT_MAX_CLOCK_DRIFT_PPM));
      }
      case "off" -> {
        readOptions(2, Set.of(), Set.of());
        return LeaseRules.FORBIDDEN;
      }
      default -> throw new IllegalArgumentException("RAFT LEASES takes ON or OFF");
    }
  }

  private void readOptions(int from, Set<String> valued, Set<String> flags) {
    for (int i = from; i < words.size(); i++) {
      String name = words.get(i).toLowerCase(Locale.ROOT);
      if (flags.contains(name)) {
        options.put(name, "");
      } else if (valued.contains(name) && i + 1 < words.size()) {
        options.put(name, words.get(++i));
      } else {
        throw new IllegalArgumentException("\"" + words.get(i) + "\" is out of place in RAFT "
            + verb.toUpperCase(Locale.ROOT) + ", or lacks its value");
      }
    }
  }

  private HostId host(int position) {
    if (position >= words.size()) {
      throw new IllegalArgumentException(
          "RAFT " + verb.toUpperCase(Locale.ROOT) + " lacks the id of a server");
    }
    return new HostId(words.get(position));
  }

  private Optional<Integer> number(String name) {
    String text = options.get(name);
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Integer.parseInt(text));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          name.toUpperCase(Locale.ROOT) + " takes a number, not \"" + text + "\"", e);
    }
  }

  private Optional<Duration> millis(String name) {
    return number(name).map(Duration::ofMillis);
  }

  private Duration timeout() {
    return millis(TIMEOUT).orElse(AddOptions.DEFAULT_TIME_LIMIT);
  }
}
