package io.github.balsaraft.examples.bench;

import io.github.balsaraft.examples.bench.report.Comparison;
import io.github.balsaraft.examples.bench.report.ComparisonPlot;
import io.github.balsaraft.examples.bench.report.ComparisonTable;
import io.github.balsaraft.examples.bench.report.Result;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** {@code bench compare FILE…}: lines of results as tables, and as a picture if one is asked for. */
final class CompareCommand {

  private CompareCommand() {}

  static int run(List<String> arguments, PrintStream out) {
    Words words = Words.parse(arguments, Set.of("svg"), Set.of());
    if (words.plain().isEmpty()) {
      throw new UsageException("compare needs at least one file of results");
    }
    List<Result> results = new ArrayList<>();
    words.plain().forEach(file -> results.addAll(read(Path.of(file))));
    Comparison comparison = new Comparison(results);
    out.print(ComparisonTable.of(comparison));
    String picture = words.text("svg", "");
    if (!picture.isEmpty()) {
      write(Path.of(picture), ComparisonPlot.of(comparison));
    }
    return 0;
  }

  private static List<Result> read(Path file) {
    try {
      return Files.readAllLines(file).stream()
          .filter(line -> !line.isBlank())
          .map(Result::parse)
          .toList();
    } catch (IOException e) {
      throw new UsageException("can't read " + file + ": " + e.getMessage());
    } catch (IllegalArgumentException e) {
      throw new UsageException(file + " holds something else than results: " + e.getMessage());
    }
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UsageException("can't write " + file + ": " + e.getMessage());
    }
  }
}
