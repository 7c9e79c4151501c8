package io.github.balsaraft.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** What clients asked and what they were told, to be compared with what was applied in the end. */
final class History {

  enum Outcome {
    OPEN,
    APPLIED,
    NOT_APPENDED,
    UNKNOWN
  }

  private final List<Write> writes = new ArrayList<>();
  private final List<Read> reads = new ArrayList<>();

  /** Found by callbacks, whose exceptions nobody would see. */
  private final List<String> problems = new ArrayList<>();

  /** How many commands somebody was told to be applied: later reads must see as many. */
  private int known;

  Write propose(SimulatedHost.Life at) {
    Write write = new Write("c" + writes.size(), at);
    writes.add(write);
    write.future = at.node().propose(write.command.getBytes(UTF_8)).whenComplete(write::ended);
    return write;
  }

  void read(SimulatedHost.Life at) {
    Read read = new Read(at, known);
    reads.add(read);
    read.future = at.node()
        .read(ReadConsistency.LINEARIZABLE, () -> TestCluster.applied(at).size())
        .whenComplete(read::ended);
  }

  long count(Outcome outcome) {
    return writes.stream().filter(write -> write.outcome == outcome).count();
  }

  long readsServed() {
    return reads.stream().filter(read -> read.served).count();
  }

  /** Whether everybody was told something, but for those whose process died. */
  boolean allEnded() {
    return writes.stream().allMatch(write -> write.future.isDone() || write.at.isDead())
        && reads.stream().allMatch(read -> read.future.isDone() || read.at.isDead());
  }

  /** Whether nobody waits for an answer of this process. */
  boolean allEndedAt(SimulatedHost.Life process) {
    return writes.stream().noneMatch(write -> write.at == process && !write.future.isDone())
        && reads.stream().noneMatch(read -> read.at == process && !read.future.isDone());
  }

  String open() {
    return writes.stream()
            .filter(write -> !write.future.isDone() && !write.at.isDead())
            .map(write -> write.command + "@" + write.at.host())
            .toList()
        + " and "
        + reads.stream()
            .filter(read -> !read.future.isDone() && !read.at.isDead())
            .map(read -> "read@" + read.at.host())
            .toList();
  }

  /** Checks every answer against the commands that were applied in the end. */
  void check(List<String> applied) {
    assertThat(problems).isEmpty();
    Map<String, Integer> position = new HashMap<>();
    for (int i = 0; i < applied.size(); i++) {
      assertThat(position.put(applied.get(i), i + 1))
          .as("%s twice", applied.get(i))
          .isNull();
    }
    for (Write write : writes) {
      Integer found = position.get(write.command);
      switch (write.outcome) {
        case APPLIED -> assertThat(found).as(write.command).isEqualTo(write.position);
        case NOT_APPENDED -> assertThat(found).as(write.command).isNull();
        case UNKNOWN, OPEN -> {
          // It may have been applied or not.
        }
      }
    }
    for (Read read : reads) {
      if (read.served) {
        assertThat(read.result).as("a read").isBetween(read.knownBefore, applied.size());
      }
    }
  }

  final class Write {
    final String command;
    final SimulatedHost.Life at;
    CompletableFuture<byte[]> future = new CompletableFuture<>();
    Outcome outcome = Outcome.OPEN;
    int position;

    Write(String command, SimulatedHost.Life at) {
      this.command = command;
      this.at = at;
    }

    private void ended(byte[] result, Throwable failure) {
      if (outcome != Outcome.OPEN) {
        problems.add(command + " ended twice");
      }
      if (failure == null) {
        outcome = Outcome.APPLIED;
        position = Integer.parseInt(new String(result, UTF_8));
        known = Math.max(known, position);
      } else if (failure instanceof NotAppendedException) {
        outcome = Outcome.NOT_APPENDED;
      } else if (failure instanceof OutcomeUnknownException) {
        outcome = Outcome.UNKNOWN;
      } else {
        problems.add(command + " ended with " + failure);
      }
    }
  }

  final class Read {
    final SimulatedHost.Life at;
    final int knownBefore;
    CompletableFuture<Integer> future = new CompletableFuture<>();
    boolean served;
    int result;

    Read(SimulatedHost.Life at, int knownBefore) {
      this.at = at;
      this.knownBefore = knownBefore;
    }

    private void ended(Integer seen, Throwable failure) {
      if (failure == null) {
        served = true;
        result = seen;
        known = Math.max(known, seen);
      } else {
        if (!(failure instanceof ReadNotServedException)) {
          problems.add("a read ended with " + failure);
        }
      }
    }
  }
}
