package io.github.balsaraft.examples.kv.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.kv.testing.KvCluster;
import io.github.balsaraft.examples.kv.testing.KvProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Gives tests clusters of real processes and ends them after each test. When the test has failed it keeps their folders and
 * says where they are; else it wants their logs free of errors and deletes them.
 */
final class Clusters implements AfterEachCallback {

  /** Keeps the folders of tests that pass, too. */
  private static final String KEEP = "balsa.it.keep";

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** What a change of leaders explains, and so a machine that stands still for long enough. */
  private static final Set<String> REFUSALS = Set.of("-TRYAGAIN", "-CLUSTERDOWN", "-UNKNOWN");

  private final List<KvCluster> clusters = new ArrayList<>();

  KvCluster start(int size, String... nodeOptions) {
    KvCluster cluster = KvCluster.start(size, nodeOptions);
    clusters.add(cluster);
    return cluster;
  }

  @Override
  public void afterEach(ExtensionContext context) {
    boolean keep = context.getExecutionException().isPresent() || Boolean.getBoolean(KEEP);
    for (KvCluster cluster : clusters) {
      cluster.killAll();
      List<String> errors = cluster.errorsInLogs();
      if (keep || !errors.isEmpty()) {
        System.out.println(context.getDisplayName() + ": logs and data of its servers are kept in "
            + cluster.folder());
      } else {
        cluster.close();
      }
      assertThat(errors).as("errors in the logs of " + cluster.folder()).isEmpty();
    }
    clusters.clear();
  }

  /**
   * What a server replies once it listens and its cluster has a leader. Only for what may be done twice: it is sent again after
   * a refusal that a change of leaders explains.
   */
  static String reply(KvCluster cluster, KvProcess node, String... words) {
    String[] reply = {""};
    cluster.await("reply of " + node + " to " + words[0], PATIENCE, () -> {
      // The cluster has a leader before the last of its servers listens.
      Optional<String> now =
          node.reply(words).filter(said -> !REFUSALS.contains(KvWire.errorCode(said)));
      reply[0] = now.orElse("");
      return now.isPresent();
    });
    return reply[0];
  }

  /** Whether a program has printed a refusal that a change of leaders explains. */
  static boolean areRefused(List<String> lines) {
    return lines.stream()
        .anyMatch(line -> REFUSALS.stream().anyMatch(code -> line.contains(code.substring(1))));
  }

  /** Prints a line that shows up in the output of the build. */
  static void report(String test, String... lines) {
    System.out.println(test + ": " + String.join("\n  ", lines));
  }
}
