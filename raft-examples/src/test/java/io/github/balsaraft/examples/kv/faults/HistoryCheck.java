package io.github.balsaraft.examples.kv.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.kv.testing.KvCluster;
import io.github.balsaraft.examples.kv.testing.KvProcess;
import io.github.balsaraft.examples.kv.testing.RespClient;
import io.github.balsaraft.testing.HistoryRecorder;
import io.github.balsaraft.testing.KvInput;
import io.github.balsaraft.testing.KvModel;
import io.github.balsaraft.testing.KvOutput;
import io.github.balsaraft.testing.LinearizabilityChecker;
import io.github.balsaraft.testing.LinearizabilityResult;
import io.github.balsaraft.testing.Operation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What must hold when a workload has ended and all servers run: all members have the same data, nothing acknowledged is
 * missing, nothing refused is there, and the history is linearizable.
 */
final class HistoryCheck {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int READER = 1000;

  private final KvCluster cluster;
  private final HistoryWorkload workload;

  private HistoryCheck(KvCluster cluster, HistoryWorkload workload) {
    this.cluster = cluster;
    this.workload = workload;
  }

  /** Stops the clients and checks; answers what was found, for people. */
  static String of(KvCluster cluster, HistoryWorkload workload) {
    workload.stop();
    HistoryCheck check = new HistoryCheck(cluster, workload);
    try {
      return check.run();
    } catch (AssertionError e) {
      throw new AssertionError(
          e.getMessage() + "\nhistory in " + check.writeHistory() + "\n" + workload.summary(), e);
    }
  }

  private String run() {
    Map<String, KvOutput> values = new TreeMap<>();
    for (KvProcess node : cluster.nodes()) {
      for (String key : RandomOperations.KEYS) {
        values.put(key, readFinally(node, key));
      }
    }
    checkReplicas(values);
    checkList(values.getOrDefault(RandomOperations.LIST, KvOutput.nil()));
    checkCounter(values.getOrDefault(RandomOperations.COUNTER, KvOutput.nil()));
    LinearizabilityResult<KvInput, KvOutput> result =
        new LinearizabilityChecker<>(new KvModel()).check(workload.recorder().history());
    result.assertLinearizable();
    return result.describe();
  }

  /** A read that is part of the history: so every acknowledged write must show in it. */
  private KvOutput readFinally(KvProcess node, String key) {
    KvInput input = new KvInput.Get(key);
    List<KvOutput> outputs = new ArrayList<>();
    cluster.await("answer of " + node + " to " + input, PATIENCE, () -> {
      HistoryRecorder<KvInput, KvOutput>.Call call = workload.recorder().invoke(READER, input);
      try (RespClient client = node.connect()) {
        String reply = client.call(KvWire.command(input));
        if (KvWire.isError(reply)) {
          call.failed();
          return false;
        }
        outputs.add(KvWire.answer(reply));
        call.completed(outputs.get(0));
        return true;
      } catch (UncheckedIOException e) {
        call.failed();
        return false;
      }
    });
    return outputs.get(0);
  }

  /** Each member's own copy, read without asking anybody else. */
  private void checkReplicas(Map<String, KvOutput> values) {
    long keys = values.values().stream().filter(value -> value.text() != null).count();
    for (KvProcess node : cluster.nodes()) {
      cluster.await("same data on " + node + ": " + values, PATIENCE, () -> {
        try (RespClient client = node.connect()) {
          client.call("READONLY");
          boolean same = client.call("DBSIZE").equals(":" + keys);
          for (Map.Entry<String, KvOutput> value : values.entrySet()) {
            same &= KvWire.answer(client.call("GET", value.getKey())).equals(value.getValue());
          }
          return same;
        }
      });
      assertThat(node.answeredInfo()).as(node.toString()).containsEntry("health", "running");
    }
  }

  /** The list only grows, so that each element can be counted. Says less than the history does, and is easier to believe. */
  private void checkList(KvOutput value) {
    String text = value.text() == null ? "" : value.text();
    List<String> elements = List.of(text.split("(?<=" + RandomOperations.LIST_END + ")"));
    assertThat(elements).as("elements of the list").doesNotHaveDuplicates();
    Set<String> present = new HashSet<>(elements);
    List<String> missing = operations(KvInput.Append.class).stream()
        .filter(operation -> !operation.isUnknown())
        .map(operation -> ((KvInput.Append) operation.input()).text())
        .filter(element -> !present.contains(element))
        .toList();
    assertThat(missing).as("acknowledged, and not in the list").isEmpty();
    List<String> executed = workload.refused().stream()
        .filter(KvInput.Append.class::isInstance)
        .map(input -> ((KvInput.Append) input).text())
        .filter(present::contains)
        .toList();
    assertThat(executed)
        .as("refused as certainly not executed, yet in the list")
        .isEmpty();
  }

  private void checkCounter(KvOutput value) {
    long acknowledged = 0;
    long unknown = 0;
    for (Operation<KvInput, KvOutput> operation : operations(KvInput.Increment.class)) {
      long by = ((KvInput.Increment) operation.input()).by();
      if (operation.isUnknown()) {
        unknown += by;
      } else {
        acknowledged += by;
      }
    }
    long counter = value.text() == null ? 0 : Long.parseLong(value.text());
    assertThat(counter).as("the counter").isBetween(acknowledged, acknowledged + unknown);
  }

  private List<Operation<KvInput, KvOutput>> operations(Class<? extends KvInput> type) {
    return workload.recorder().history().stream()
        .filter(operation -> type.isInstance(operation.input()))
        .toList();
  }

  private Path writeHistory() {
    Path file = cluster.folder().resolve("history.txt");
    try {
      Files.write(
          file, workload.recorder().history().stream().map(Operation::toString).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }
}
