package io.github.balsaraft.examples.kv.state;

import io.github.balsaraft.api.SnapshottingStateMachine;
import io.github.balsaraft.testing.SnapshottingStateMachineContract;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class KvStateMachineContractTest extends SnapshottingStateMachineContract {

  private static final List<Operation.Condition> CONDITIONS = List.of(Operation.Condition.values());

  @Override
  protected SnapshottingStateMachine newStateMachine() {
    return new KvStateMachine();
  }

  @Override
  protected byte[] command(Random random) {
    return batch(random, KvStateMachineContractTest::write);
  }

  @Override
  protected byte[] query(Random random) {
    return batch(random, KvStateMachineContractTest::read);
  }

  /** What draws an operation. */
  interface Draw {
    Operation from(Random random);
  }

  static byte[] batch(Random random, Draw draw) {
    List<Operation> operations = new ArrayList<>();
    for (int n = 1 + random.nextInt(4); n > 0; n--) {
      operations.add(draw.from(random));
    }
    int maxAnswerBytes = random.nextInt(5) == 0 ? random.nextInt(20) : 10_000;
    return new Batch(operations, maxAnswerBytes).encode(64);
  }

  static Operation write(Random random) {
    return switch (random.nextInt(7)) {
      case 0 ->
        new Operation.Set(
            key(random),
            value(random),
            CONDITIONS.get(random.nextInt(CONDITIONS.size())),
            value(random),
            random.nextBoolean());
      case 1 ->
        new Operation.MultiSet(
            List.of(key(random), key(random)), List.of(value(random), value(random)));
      case 2 -> new Operation.Delete(List.of(key(random), key(random)));
      case 3 -> new Operation.Increment(key(random), random.nextInt(9) - 4);
      case 4 -> new Operation.Append(key(random), value(random), 30);
      case 5 -> new Operation.Announce(key(random), value(random));
      default -> read(random);
    };
  }

  static Operation read(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> new Operation.Get(key(random));
      case 1 -> new Operation.MultiGet(List.of(key(random), key(random)));
      case 2 -> new Operation.Exists(List.of(key(random), key(random)));
      default -> new Operation.CountKeys();
    };
  }

  private static Bytes key(Random random) {
    return Bytes.of("key" + random.nextInt(6));
  }

  private static Bytes value(Random random) {
    return Bytes.of(random.nextInt(3) == 0 ? "text" : Integer.toString(random.nextInt(5)));
  }
}
