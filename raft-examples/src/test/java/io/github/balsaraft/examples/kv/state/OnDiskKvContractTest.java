package io.github.balsaraft.examples.kv.state;

import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.testing.StateMachineContract;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** What a state machine must do, with its state on disk. */
class OnDiskKvContractTest extends StateMachineContract {

  @TempDir
  private Path folder;

  private final List<OnDiskKvStateMachine> opened = new ArrayList<>();

  @Override
  protected StateMachine newStateMachine() {
    OnDiskKvStateMachine machine =
        OnDiskKvStateMachine.open(folder.resolve(Integer.toString(opened.size())));
    opened.add(machine);
    return machine;
  }

  @AfterEach
  void closeAll() {
    opened.forEach(OnDiskKvStateMachine::close);
  }

  @Override
  protected byte[] command(Random random) {
    return KvStateMachineContractTest.batch(random, KvStateMachineContractTest::write);
  }

  @Override
  protected byte[] query(Random random) {
    return KvStateMachineContractTest.batch(random, KvStateMachineContractTest::read);
  }
}
