package io.github.balsaraft.examples.kv.cli;

import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.transport.TransportException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/** {@code kv node}: one server, until the process is told to stop. */
final class NodeCommand {

  static final String LOG_FILE = "node.log";

  private static final long LOOK_MILLIS = 500;

  private final Console console;

  NodeCommand(Console console) {
    this.console = console;
  }

  int run(List<String> words) {
    NodeOptions options = NodeOptions.parse(words);
    FolderClaim claim = DataFolder.claim(options.data(), FolderClaim.SERVER);
    KvNode node;
    try {
      Path log = options.data().resolve(LOG_FILE);
      NodeLog.writeTo(log);
      node = start(options, log);
    } catch (RuntimeException | Error e) {
      claim.close();
      throw e;
    }
    runUntilStopped(node, options);
    // Only now: whatever went wrong before, the server would go on using the folder.
    claim.close();
    return CommandLine.OK;
  }

  private void runUntilStopped(KvNode node, NodeOptions options) {
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(node, options, stopped), "kv-stop"));
    console.say(options.id() + " serves Redis clients on " + options.settings().listen()
        + ", other servers on " + options.raft() + ", data and " + LOG_FILE + " in "
        + options.data());
    if (options.untilStdinCloses()) {
      watchStdin();
    }
    NodeComplaints complaints = new NodeComplaints(console, options);
    watch(() -> complaints.look(node.status()), stopped);
  }

  private static KvNode start(NodeOptions options, Path log) {
    try {
      return KvNode.start(options);
    } catch (LogStoreException
        | TransportException
        | IllegalArgumentException
        | IllegalStateException e) {
      LoggerFactory.getLogger(NodeCommand.class).error("{} can't start", options.id(), e);
      throw new StartupException(options.id() + " can't start: " + firstLine(e));
    } catch (RuntimeException e) {
      LoggerFactory.getLogger(NodeCommand.class).error("{} can't start", options.id(), e);
      throw new StartupException(
          options.id() + " can't start: " + firstLine(e) + "; more in " + log);
    }
  }

  private static String firstLine(Throwable e) {
    String message = Objects.requireNonNullElseGet(e.getMessage(), e::toString);
    return message.lines().findFirst().orElse(e.getClass().getSimpleName());
  }

  /** Runs when the process is told to stop. The virtual machine would report a signal as failure; a clean stop is none. */
  private static void stop(KvNode node, NodeOptions options, CountDownLatch stopped) {
    node.close();
    LoggerFactory.getLogger(NodeCommand.class).info("{} has stopped", options.id());
    stopped.countDown();
    Runtime.getRuntime().halt(CommandLine.OK);
  }

  /** Looks again and again until the server has stopped. A look that fails, as one at a node that is overloaded does, is none. */
  static void watch(Runnable look, CountDownLatch stopped) {
    boolean said = false;
    while (!isStopped(stopped)) {
      try {
        look.run();
      } catch (RuntimeException | Error e) {
        if (!said) {
          said = true;
          LoggerFactory.getLogger(NodeCommand.class)
              .warn("a look at the state of this server failed; the next failures are not told", e);
        }
      }
    }
  }

  private static boolean isStopped(CountDownLatch stopped) {
    try {
      return stopped.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      // Nobody who means it does this to the main thread: a server is stopped by a signal.
      return false;
    }
  }

  private static void watchStdin() {
    Thread watcher = new Thread(
        () -> {
          try {
            while (System.in.read() >= 0) {
              // Only the end matters.
            }
          } catch (IOException e) {
            // As good as the end.
          }
          System.exit(CommandLine.OK);
        },
        "kv-stdin");
    watcher.setDaemon(true);
    watcher.start();
  }
}
