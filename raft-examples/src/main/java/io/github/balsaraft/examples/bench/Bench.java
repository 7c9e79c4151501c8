package io.github.balsaraft.examples.bench;

import io.github.balsaraft.RaftNode;
import io.github.balsaraft.examples.bench.load.LinuxCounters;
import io.github.balsaraft.examples.bench.report.JsonLine;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The command line of the benchmark. One measurement prints progress on standard error and exactly one line of JSON on
 * standard output; {@code compare} and {@code matrix} work with such lines.
 */
public final class Bench {

  /** How long threads that are left may take at the end. */
  private static final long END_PATIENCE_MILLIS = 10_000;

  private Bench() {}

  /** Runs one subcommand and ends the process with its exit code. */
  public static void main(String[] args) {
    PrintStream result = System.out;
    // Standard output is for the result only.
    System.setOut(System.err);
    int exitCode = run(Arrays.asList(args), result, System.err);
    result.flush();
    haltIfEndTakesLong(exitCode);
    System.exit(exitCode);
  }

  private static void haltIfEndTakesLong(int exitCode) {
    Thread halting = new Thread(
        () -> {
          try {
            // A time limit: if all is over before, the process is, and this thread with it.
            Thread.sleep(END_PATIENCE_MILLIS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          Runtime.getRuntime().halt(exitCode);
        },
        "bench-end");
    halting.setDaemon(true);
    halting.start();
  }

  /** Runs one subcommand: exit code 0 if all went well, 1 if a measurement failed, 2 if the arguments make no sense. */
  static int run(List<String> arguments, PrintStream result, PrintStream progress) {
    String first = arguments.isEmpty() ? "help" : arguments.get(0);
    List<String> rest = arguments.subList(Math.min(1, arguments.size()), arguments.size());
    try {
      return switch (first) {
        case "help", "--help", "-h" -> {
          result.println(Help.TEXT);
          yield 0;
        }
        case "compare" -> CompareCommand.run(rest, result);
        case "matrix" -> MatrixCommand.run(rest, progress);
        default -> measure(Options.parse(arguments), result, progress);
      };
    } catch (UsageException e) {
      progress.println("bench: " + e.getMessage());
      return 2;
    }
  }

  private static int measure(Options options, PrintStream result, PrintStream progress) {
    JsonLine line = new JsonLine()
        .put("system", options.system())
        .put("variant", options.variant())
        .put("version", version())
        .put("mode", options.mode())
        .put("nodes", options.nodes())
        .put("payload", options.payloadBytes())
        .put("outstanding", options.outstanding())
        .put("fsync", options.isDurable())
        .put("sync_mode", syncMode(options))
        .put("warmup", options.warmupSeconds())
        .put("seconds", options.measuredSeconds());
    LinuxCounters before = LinuxCounters.read();
    Throwable failure = null;
    try {
      mode(options, line, progress).run();
    } catch (Exception e) {
      failure = e;
      e.printStackTrace(progress);
      line.put("failed", e.toString());
    }
    line.put("disk_flushes", LinuxCounters.read().diskFlushes() - before.diskFlushes());
    result.println(line);
    return failure == null ? 0 : 1;
  }

  private static Mode mode(Options options, JsonLine line, PrintStream progress) {
    if (options.system().equals(Options.LIMIT)) {
      return new PackedLimit(options, line, progress);
    }
    return switch (options.mode()) {
      case "write" -> new WriteMode(options, line, progress);
      case "read" -> new ReadMode(options, line, progress);
      case "failover" -> new FailoverMode(options, line, progress);
      case "rolling-restart" -> new RollingRestartMode(options, line, progress);
      case "restart" -> new RestartMode(options, line, progress);
      case "catchup" -> new CatchupMode(options, line, progress);
      case "snapshot" -> new SnapshotMode(options, line, progress);
      case "growth" -> new GrowthMode(options, line, progress);
      default -> new GroupsMode(options, line, progress);
    };
  }

  private static String syncMode(Options options) {
    if (options.inMemory()) {
      return "UNSAFE_IN_MEMORY";
    }
    return options.fsync() ? "SYNCED" : "UNSAFE_NOT_SYNCED";
  }

  private static String version() {
    @Nullable Package library = RaftNode.class.getPackage();
    return Optional.ofNullable(library).map(Package::getImplementationVersion).orElse("unpackaged");
  }
}
