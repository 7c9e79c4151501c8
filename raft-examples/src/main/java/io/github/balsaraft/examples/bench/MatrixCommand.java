package io.github.balsaraft.examples.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

import io.github.balsaraft.examples.bench.load.ProcessCommand;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** {@code bench matrix OUT}: measures many cells, each run in a process of its own, and appends a line of each to a file. */
final class MatrixCommand {

  private static final Set<String> KNOWN =
      Set.of("peers", "systems", "cells", "rounds", "warmup", "seconds");

  private final Path results;
  private final MatrixPlan plan;
  private final PrintStream progress;

  private MatrixCommand(Path results, MatrixPlan plan, PrintStream progress) {
    this.results = results;
    this.plan = plan;
    this.progress = progress;
  }

  static int run(List<String> arguments, PrintStream progress) {
    Words words = Words.parse(arguments, KNOWN, Set.of());
    if (words.plain().size() != 1) {
      throw new UsageException("matrix needs the name of one file, to which it appends results");
    }
    String peers = words.text("peers", "");
    MatrixPlan plan = new MatrixPlan(
        peers.isEmpty() ? null : peers,
        list(words.text("systems", "jraft,ratis,etcd")),
        list(words.text("cells", MatrixPlan.DEFAULT_CELLS)),
        words.number("rounds", 1, 5),
        words.number("warmup", 0, 14),
        words.number("seconds", 1, 7));
    Path results = Path.of(words.plain().get(0)).toAbsolutePath();
    return new MatrixCommand(results, plan, progress).runAll();
  }

  private static List<String> list(String commaSeparated) {
    return Stream.of(commaSeparated.split(",", -1))
        .filter(word -> !word.isEmpty())
        .toList();
  }

  private int runAll() {
    List<MatrixPlan.Step> steps = plan.steps();
    int failed = 0;
    for (int i = 0; i < steps.size(); i++) {
      List<String> command = command(steps.get(i));
      progress.println(
          (i + 1) + " of " + steps.size() + ": " + String.join(" ", steps.get(i).arguments()));
      try {
        String line = lineOf(command);
        Files.writeString(results, line, CREATE, APPEND);
        failed += line.isEmpty() || line.contains("\"failed\":") ? 1 : 0;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return 1;
      }
    }
    progress.println(failed == 0 ? "all runs succeeded" : failed + " runs failed");
    return failed == 0 ? 0 : 1;
  }

  private List<String> command(MatrixPlan.Step step) {
    List<String> command = new ArrayList<>();
    if (!step.ours()) {
      command.add(Path.of(String.valueOf(plan.peers()), "run.sh").toString());
      command.addAll(step.arguments());
      return command;
    }
    String program = System.getProperty("balsa.bench.program", "");
    if (program.isEmpty()) {
      List<String> options = ManagementFactory.getRuntimeMXBean().getInputArguments();
      return ProcessCommand.java(options, Bench.class, step.arguments());
    }
    command.add(program);
    command.addAll(step.arguments());
    return command;
  }

  /** What a command prints: one line, or nothing if it fails. What it says besides goes to a file beside the results. */
  private String lineOf(List<String> command) throws IOException, InterruptedException {
    Path messages = results.resolveSibling(results.getFileName() + ".err");
    Process process = new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.appendTo(messages.toFile()))
        .start();
    String line = new String(process.getInputStream().readAllBytes(), UTF_8);
    process.waitFor();
    return line;
  }
}
