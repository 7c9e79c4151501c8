package io.github.balsaraft.core;

import io.github.balsaraft.model.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The table in the description of {@link Transitions}, against which each change of role in each test is held. */
final class TransitionTable {

  private static final Path SOURCE =
      Path.of("src/main/java/io/github/balsaraft/core/Transitions.java");

  private static final TransitionTable INSTANCE = read();

  private final Map<Role, Set<Role>> allowed = new EnumMap<>(Role.class);

  static TransitionTable instance() {
    return INSTANCE;
  }

  boolean allows(Role from, Role to) {
    return allowed.getOrDefault(from, Set.of()).contains(to);
  }

  /** How many pairs of roles there are in it. */
  int size() {
    return allowed.values().stream().mapToInt(Set::size).sum();
  }

  private static TransitionTable read() {
    String text;
    try {
      text = Files.readString(SOURCE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> rows = text.substring(text.indexOf("<pre>"), text.indexOf("</pre>"))
        .lines()
        .skip(2)
        .toList();
    TransitionTable table = new TransitionTable();
    for (String row : rows) {
      String[] cells = row.replaceFirst("^ \\* ?", "").trim().split("\\s+", 3);
      if (cells.length == 3) {
        for (Role from : rolesNamed(cells[0])) {
          table
              .allowed
              .computeIfAbsent(from, any -> EnumSet.noneOf(Role.class))
              .add(Role.valueOf(cells[1]));
        }
      }
    }
    return table;
  }

  private static List<Role> rolesNamed(String cell) {
    return switch (cell) {
      case "any" -> new ArrayList<>(EnumSet.allOf(Role.class));
      case "campaigner" -> List.of(Role.PRE_CANDIDATE, Role.CANDIDATE);
      default -> List.of(Role.valueOf(cell));
    };
  }
}
