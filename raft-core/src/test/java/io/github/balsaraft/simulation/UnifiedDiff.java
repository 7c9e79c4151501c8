package io.github.balsaraft.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Changes of text files, in the form of {@code diff -u}. What surrounds a change must be there to the letter, at the line that is
 * named or, if the file has changed elsewhere since, at one other place.
 */
final class UnifiedDiff {

  private static final Pattern HUNK = Pattern.compile("@@ -(\\d+).* @@.*");

  private final Map<String, List<Hunk>> hunks = new LinkedHashMap<>();

  private UnifiedDiff() {}

  /** Reads changes. Lines before the first file that is named are not part of them. */
  static UnifiedDiff parse(List<String> lines) {
    UnifiedDiff diff = new UnifiedDiff();
    List<Hunk> ofFile = null;
    Hunk hunk = null;
    for (String line : lines) {
      Matcher matcher = HUNK.matcher(line);
      if (line.startsWith("--- ")) {
        ofFile = null;
        hunk = null;
      } else if (line.startsWith("+++ b/")) {
        ofFile = diff.hunks.computeIfAbsent(line.substring(6).strip(), path -> new ArrayList<>());
      } else if (ofFile != null && matcher.matches()) {
        hunk =
            new Hunk(Integer.parseInt(matcher.group(1)) - 1, new ArrayList<>(), new ArrayList<>());
        ofFile.add(hunk);
      } else if (hunk != null) {
        hunk.add(line);
      }
    }
    if (diff.hunks.isEmpty()) {
      throw new IllegalArgumentException("no file is changed");
    }
    return diff;
  }

  /** Which files change. */
  List<String> files() {
    return List.copyOf(hunks.keySet());
  }

  /**
   * A file's lines after the change.
   *
   * @throws IllegalArgumentException if what should be changed is not there
   */
  List<String> applyTo(String file, List<String> lines) {
    List<String> changed = new ArrayList<>(lines);
    int shift = 0;
    for (Hunk hunk : hunks.get(file)) {
      int at = place(hunk, changed, hunk.line + shift, file);
      List<String> replaced = changed.subList(at, at + hunk.before.size());
      replaced.clear();
      replaced.addAll(hunk.after);
      shift = at - hunk.line + hunk.after.size() - hunk.before.size();
    }
    return changed;
  }

  private static int place(Hunk hunk, List<String> lines, int expected, String file) {
    List<Integer> places = new ArrayList<>();
    for (int at = 0; at + hunk.before.size() <= lines.size(); at++) {
      if (lines.subList(at, at + hunk.before.size()).equals(hunk.before)) {
        places.add(at);
      }
    }
    if (places.contains(expected)) {
      return expected;
    }
    if (places.size() != 1) {
      throw new IllegalArgumentException(file + " has " + places.size()
          + " places in place of one with\n" + String.join("\n", hunk.before));
    }
    return places.get(0);
  }

  private record Hunk(int line, List<String> before, List<String> after) {

    void add(String line) {
      char kind = line.isEmpty() ? ' ' : line.charAt(0);
      String text = line.isEmpty() ? "" : line.substring(1);
      switch (kind) {
        case ' ' -> {
          before.add(text);
          after.add(text);
        }
        case '-' -> before.add(text);
        case '+' -> after.add(text);
        default -> throw new IllegalArgumentException("not a line of a diff: " + line);
      }
    }
  }
}
