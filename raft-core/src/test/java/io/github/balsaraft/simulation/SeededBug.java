package io.github.balsaraft.simulation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A mistake that somebody could have made, kept as a small change of the sources: a simulator that doesn't find it would not
 * have found the mistake either.
 *
 * @param number of two digits
 * @param name a few words for the file and the folder
 * @param what is wrong, in a sentence
 * @param breaks which section of the Raft paper, or which trap
 */
record SeededBug(String number, String name, String what, String breaks, UnifiedDiff change) {

  private static final Path PATCHES = Path.of("src/test/seeded-bugs");
  private static final String BREAKS = "Breaks: ";

  /** All of them, in the order of their numbers. */
  static List<SeededBug> all() throws IOException {
    List<SeededBug> bugs = new ArrayList<>();
    try (Stream<Path> files = Files.list(PATCHES)) {
      for (Path file : files.sorted().toList()) {
        bugs.add(read(file));
      }
    }
    return bugs;
  }

  private static SeededBug read(Path file) throws IOException {
    String fileName = file.getFileName().toString();
    List<String> lines = Files.readAllLines(file);
    if (!fileName.matches("\\d\\d-[a-z0-9-]+\\.patch") || !lines.get(1).startsWith(BREAKS)) {
      throw new IllegalArgumentException(
          file + " has to be named NN-what.patch, and to say what is wrong and what that breaks");
    }
    return new SeededBug(
        fileName.substring(0, 2),
        fileName.substring(3, fileName.length() - ".patch".length()),
        lines.get(0),
        lines.get(1).substring(BREAKS.length()),
        UnifiedDiff.parse(lines));
  }

  @Override
  public String toString() {
    return number + "-" + name;
  }
}
