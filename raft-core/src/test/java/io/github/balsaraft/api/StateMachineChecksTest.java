package io.github.balsaraft.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.testing.StateMachineChecks;
import io.github.balsaraft.testing.StateMachineContract;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The suite passes a state machine that is right, and finds each mistake by the check that is for it. */
class StateMachineChecksTest {

  /** A map of words: a command "k=v" puts a word and answers the one before, a query "k" answers it. */
  private static class Words implements StateMachine {
    final Map<String, String> words = new TreeMap<>();

    @Override
    public byte[] apply(Command command) {
      String[] pair = new String(command.bytes(), UTF_8).split("=", 2);
      String before = words.put(pair[0], pair[1] + "@" + command.logTimeMillis());
      return bytes(String.valueOf(before));
    }

    @Override
    public byte[] query(byte[] query) {
      return bytes(String.valueOf(words.get(new String(query, UTF_8))));
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static byte[] command(Random random) {
    return bytes("i" + random.nextInt(10) + "=" + random.nextInt(1_000));
  }

  private static byte[] query(Random random) {
    return bytes("i" + random.nextInt(10));
  }

  @Nested
  class RightMachine extends StateMachineContract {
    @Override
    protected StateMachine newStateMachine() {
      return new Words();
    }

    @Override
    protected byte[] command(Random random) {
      return StateMachineChecksTest.command(random);
    }

    @Override
    protected byte[] query(Random random) {
      return StateMachineChecksTest.query(random);
    }
  }

  @Test
  void clockIsFound() {
    assertFound(StateMachineChecks::sameCommandsSameResults, () -> new Words() {
      @Override
      public byte[] apply(Command command) {
        super.apply(command);
        return bytes("done at " + System.currentTimeMillis());
      }
    });
  }

  @Test
  void orderOfHashesIsFound() {
    assertFound(StateMachineChecks::sameCommandsSameResults, () -> new Words() {
      private final Set<Object> order = new HashSet<>();
      private final Map<Object, Long> indexes = new HashMap<>();

      @Override
      public byte[] apply(Command command) {
        Object key = new Object();
        order.add(key);
        indexes.put(key, command.index());
        return bytes(order.stream().map(indexes::get).toList().toString());
      }
    });
  }

  @Test
  void languageIsFound() {
    assertFound(StateMachineChecks::sameElsewhere, () -> new Words() {
      @Override
      @SuppressWarnings("StringCaseLocaleUsage")
      public byte[] query(byte[] query) {
        return bytes(new String(query, UTF_8).toUpperCase(Locale.getDefault()));
      }
    });
  }

  @Test
  void threadIsFound() {
    assertFound(StateMachineChecks::sameElsewhere, () -> new Words() {
      private final ThreadLocal<Integer> applied = ThreadLocal.withInitial(() -> 0);

      @Override
      public byte[] apply(Command command) {
        applied.set(applied.get() + 1);
        return bytes("" + applied.get());
      }
    });
  }

  @Test
  void queryThatChangesIsFound() {
    assertFound(StateMachineChecks::queriesChangeNothing, () -> new Words() {
      @Override
      public byte[] query(byte[] query) {
        byte[] answer = super.query(query);
        words.remove(new String(query, UTF_8));
        return answer;
      }
    });
  }

  /** What it has written only becomes visible to it at the end of the batch. */
  private static class Staged extends Words implements BatchingStateMachine {
    final Map<String, String> staged = new TreeMap<>();

    @Override
    public byte[] apply(Command command) {
      String[] pair = new String(command.bytes(), UTF_8).split("=", 2);
      staged.put(pair[0], pair[1]);
      return bytes(String.valueOf(words.get(pair[0])));
    }

    @Override
    public void endBatch() {
      words.putAll(staged);
      staged.clear();
    }
  }

  @Test
  void blindnessForTheOpenBatchIsFound() {
    assertFound(StateMachineChecks::batchesChangeNothing, Staged::new);
  }

  @Test
  void keptPayloadIsFound() {
    assertFound(StateMachineChecks::bytesAreNotKept, () -> new Words() {
      private final List<ByteBuffer> kept = new ArrayList<>();

      @Override
      public byte[] apply(Command command) {
        kept.add(command.payload());
        byte[] first = new byte[kept.get(0).remaining()];
        kept.get(0).duplicate().get(first);
        return first;
      }
    });
  }

  @Test
  void keptCommandIsFound() {
    assertThatThrownBy(() -> checks(() -> new Words() {
              private Command latest;

              @Override
              public byte[] apply(Command command) {
                latest = command;
                return super.apply(command);
              }

              @Override
              public byte[] query(byte[] query) {
                return latest == null ? query.clone() : latest.bytes();
              }
            })
            .bytesAreNotKept())
        .hasMessageContaining("valid during the call");
  }

  @Test
  void changedQueryIsFound() {
    assertFound(StateMachineChecks::bytesAreNotKept, () -> new Words() {
      @Override
      public byte[] query(byte[] query) {
        byte[] answer = super.query(query);
        Arrays.fill(query, (byte) 0);
        return answer;
      }
    });
  }

  @Test
  void arrayThatIsUsedAgainIsFound() {
    byte[] shared = new byte[8];
    assertFound(StateMachineChecks::resultsAreGivenAway, () -> new Words() {
      @Override
      public byte[] apply(Command command) {
        ByteBuffer.wrap(shared).putLong(command.index());
        return shared;
      }
    });
  }

  @Test
  void stateThatIsHandedOutIsFound() {
    assertFound(StateMachineChecks::resultsAreGivenAway, () -> new Words() {
      private byte[] latest = new byte[1];

      @Override
      public byte[] apply(Command command) {
        latest = command.bytes();
        return new byte[0];
      }

      @Override
      public byte[] query(byte[] query) {
        return latest;
      }
    });
  }

  private static void assertFound(
      Consumer<StateMachineChecks> check, Supplier<StateMachine> machines) {
    assertThatThrownBy(() -> check.accept(checks(machines))).isInstanceOf(AssertionError.class);
  }

  private static StateMachineChecks checks(Supplier<StateMachine> machines) {
    return new StateMachineChecks(
        machines, StateMachineChecksTest::command, StateMachineChecksTest::query, 1);
  }
}
