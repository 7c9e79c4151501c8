package io.github.balsaraft.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.testing.SnapshottingChecks;
import io.github.balsaraft.testing.SnapshottingStateMachineContract;
import io.github.balsaraft.testing.StateMachineChecks;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The suite passes a state machine that is right, and finds each mistake by the check that is for it. */
class SnapshottingChecksTest {

  /** A map of counts: a command names a word and is answered how often that was so, a query too. */
  private static class Counts implements SnapshottingStateMachine {
    final Map<String, Integer> counts = new TreeMap<>();

    @Override
    public byte[] apply(Command command) {
      counts.merge(new String(command.bytes(), UTF_8), 1, Integer::sum);
      return query(command.bytes());
    }

    @Override
    public byte[] query(byte[] query) {
      return String.valueOf(counts.get(new String(query, UTF_8))).getBytes(UTF_8);
    }

    Map<String, Integer> captured() {
      return new TreeMap<>(counts);
    }

    @Override
    public SnapshotView capture() {
      Map<String, Integer> captured = captured();
      return SnapshotView.of(out -> {
        DataOutputStream data = new DataOutputStream(out);
        data.writeInt(captured.size());
        for (Map.Entry<String, Integer> count : captured.entrySet()) {
          data.writeUTF(count.getKey());
          data.writeInt(count.getValue());
        }
      });
    }

    @Override
    public void restore(SnapshotReader snapshot) throws IOException {
      counts.clear();
      read(snapshot);
    }

    void read(SnapshotReader snapshot) throws IOException {
      DataInputStream data = new DataInputStream(snapshot.state());
      for (int left = data.readInt(); left > 0; left--) {
        counts.put(data.readUTF(), data.readInt());
      }
    }
  }

  @Nested
  class RightMachine extends SnapshottingStateMachineContract {
    @Override
    protected SnapshottingStateMachine newStateMachine() {
      return new Counts();
    }

    @Override
    protected byte[] command(Random random) {
      return Words.any(random);
    }

    @Override
    protected byte[] query(Random random) {
      return Words.any(random);
    }
  }

  @Test
  void aStateThatIsAddedToWhatWasThereIsFound() {
    assertFound(SnapshottingChecks::restoredReplaces, () -> new Counts() {
      @Override
      public void restore(SnapshotReader snapshot) throws IOException {
        read(snapshot);
      }
    });
  }

  @Test
  void aViewOfTheStateItselfIsFound() {
    assertFound(SnapshottingChecks::viewsStay, () -> new Counts() {
      @Override
      Map<String, Integer> captured() {
        return counts;
      }
    });
  }

  @Test
  void whatIsLeftOutIsFound() {
    assertFound(SnapshottingChecks::restoredGoesOn, () -> new Counts() {
      @Override
      Map<String, Integer> captured() {
        Map<String, Integer> part = super.captured();
        part.remove("w7");
        return part;
      }
    });
  }

  @Test
  void whatIsReadAndNotWrittenAgainIsFound() {
    assertFound(SnapshottingChecks::restoredIsCaptured, () -> new Counts() {
      private boolean restored;

      @Override
      public void restore(SnapshotReader snapshot) throws IOException {
        super.restore(snapshot);
        restored = true;
      }

      @Override
      Map<String, Integer> captured() {
        return restored ? Map.of() : super.captured();
      }
    });
  }

  private static void assertFound(
      Consumer<SnapshottingChecks> check, Supplier<SnapshottingStateMachine> machines) {
    StateMachineChecks commands = new StateMachineChecks(machines::get, Words::any, Words::any, 1);
    assertThatThrownBy(() -> check.accept(new SnapshottingChecks(machines, commands)))
        .isInstanceOf(AssertionError.class);
  }
}
