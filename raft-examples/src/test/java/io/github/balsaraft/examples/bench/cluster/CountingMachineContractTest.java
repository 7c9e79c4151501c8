package io.github.balsaraft.examples.bench.cluster;

import io.github.balsaraft.api.SnapshottingStateMachine;
import io.github.balsaraft.testing.SnapshottingStateMachineContract;
import java.util.Random;

class CountingMachineContractTest extends SnapshottingStateMachineContract {

  @Override
  protected SnapshottingStateMachine newStateMachine() {
    return new CountingMachine();
  }

  @Override
  protected byte[] command(Random random) {
    byte[] payload = new byte[random.nextInt(40)];
    random.nextBytes(payload);
    return payload;
  }

  @Override
  protected byte[] query(Random random) {
    return new byte[0];
  }
}
