package io.github.balsaraft.examples.kv.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.kv.testing.KvCluster;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Gives tests clusters of real processes and ends them after each test. When the test has failed it keeps their folders and
 * says where they are; else it wants their logs free of errors and deletes them.
 */
final class Clusters implements AfterEachCallback {

  /** Keeps the folders of tests that pass, too. */
  private static final String KEEP = "balsa.it.keep";

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

  /** Prints a line that shows up in the output of the build. */
  static void report(String test, String... lines) {
    System.out.println(test + ": " + String.join("\n  ", lines));
  }
}
