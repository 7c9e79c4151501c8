package io.github.balsaraft.testing.simulation.load;

import io.github.balsaraft.api.BatchingStateMachine;
import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.OnDiskStateMachine;
import io.github.balsaraft.api.SessionKeepingStateMachine;
import io.github.balsaraft.api.SnapshottingStateMachine;
import io.github.balsaraft.api.StateMachine;
import java.nio.ByteBuffer;

/**
 * What a simulated client proposes: the application's command behind the number of the attempt, by which it is found again among
 * what was applied. The application's state machine sees only its command.
 */
class Envelope implements BatchingStateMachine {

  private final StateMachine machine;

  Envelope(StateMachine machine) {
    this.machine = machine;
  }

  /** With snapshots if the machine can take any, and on disk if its state is there. */
  static Envelope around(StateMachine machine) {
    if (machine instanceof SessionKeepingStateMachine keeping) {
      return new SessionKeepingEnvelope(keeping);
    }
    if (machine instanceof OnDiskStateMachine onDisk) {
      return new OnDiskEnvelope(onDisk);
    }
    return machine instanceof SnapshottingStateMachine snapshots
        ? new SnapshottingEnvelope(snapshots)
        : new Envelope(machine);
  }

  static byte[] of(long attempt, byte[] command) {
    return ByteBuffer.allocate(Long.BYTES + command.length)
        .putLong(attempt)
        .put(command)
        .array();
  }

  @Override
  public byte[] apply(Command command) {
    return machine.apply(new Content(command));
  }

  @Override
  public void endBatch() {
    if (machine instanceof BatchingStateMachine batching) {
      batching.endBatch();
    }
  }

  /** Each command is a batch of its own for a machine that knows of none. */
  @Override
  public int maxBatchCommands() {
    return machine instanceof BatchingStateMachine batching ? batching.maxBatchCommands() : 1;
  }

  @Override
  public long maxBatchBytes() {
    return machine instanceof BatchingStateMachine batching ? batching.maxBatchBytes() : 1;
  }

  @Override
  public boolean isBatchFull() {
    return machine instanceof BatchingStateMachine batching && batching.isBatchFull();
  }

  @Override
  public byte[] query(byte[] query) {
    return machine.query(query);
  }

  private record Content(Command sealed) implements Command {
    @Override
    public long index() {
      return sealed.index();
    }

    @Override
    public long term() {
      return sealed.term();
    }

    @Override
    public long logTimeMillis() {
      return sealed.logTimeMillis();
    }

    @Override
    public ByteBuffer payload() {
      ByteBuffer all = sealed.payload();
      return all.position(all.position() + Long.BYTES).slice().asReadOnlyBuffer();
    }

    @Override
    public byte[] bytes() {
      ByteBuffer content = payload();
      byte[] bytes = new byte[content.remaining()];
      content.get(bytes);
      return bytes;
    }
  }
}
