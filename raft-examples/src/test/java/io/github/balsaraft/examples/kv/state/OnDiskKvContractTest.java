package io.github.balsaraft.examples.kv.state;

import io.github.balsaraft.testing.MachineDisk;
import io.github.balsaraft.testing.OnDiskStateMachineContract;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;

/** What a state machine on disk must do. */
class OnDiskKvContractTest extends OnDiskStateMachineContract {

  @TempDir
  private Path folder;

  private final AtomicInteger folders = new AtomicInteger();

  @Override
  protected MachineDisk newDisk() {
    return new KvDisk(folder, folders);
  }

  /** Each takes the opening of a database. */
  @Override
  protected int crashEvery() {
    return 9;
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
