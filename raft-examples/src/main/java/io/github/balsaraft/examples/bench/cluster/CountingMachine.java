package io.github.balsaraft.examples.bench.cluster;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.SnapshotReader;
import io.github.balsaraft.api.SnapshotView;
import io.github.balsaraft.api.SnapshottingStateMachine;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The state machine of the benchmark, as cheap as one can be that still shows whether replicas agree: it counts commands
 * and keeps a 64-bit checksum of their bytes that depends on their order.
 */
public final class CountingMachine implements SnapshottingStateMachine {

  /** 2^64 divided by the golden ratio: odd, with bits all over. */
  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

  private static final int STATE_BYTES = 16;

  private static final byte[] NOTHING = {};

  private long checksum;

  /** Written last, so that who reads it first sees a checksum at least as new; at rest both belong together. */
  private volatile long entries;

  @Override
  public byte[] apply(Command command) {
    checksum = (checksum ^ checksumOf(command.payload())) * MULTIPLIER;
    // One thread at a time applies.
    long before = entries;
    entries = before + 1;
    return NOTHING;
  }

  @Override
  public byte[] query(byte[] query) {
    return state();
  }

  private byte[] state() {
    return ByteBuffer.allocate(STATE_BYTES).putLong(entries).putLong(checksum).array();
  }

  @Override
  public SnapshotView capture() {
    byte[] captured = state();
    return SnapshotView.of(out -> out.write(captured));
  }

  @Override
  public void restore(SnapshotReader snapshot) throws IOException {
    ByteBuffer state = ByteBuffer.wrap(snapshot.state().readNBytes(STATE_BYTES));
    long count = state.getLong();
    checksum = state.getLong();
    entries = count;
  }

  /** What was applied. The checksum may be that of a later state while commands are being applied. */
  public BenchNode.Applied applied() {
    long count = entries;
    return new BenchNode.Applied(count, checksum);
  }

  private static long checksumOf(ByteBuffer payload) {
    int end = payload.limit();
    int index = payload.position();
    long sum = payload.remaining();
    for (; index <= end - Long.BYTES; index += Long.BYTES) {
      sum = (sum ^ payload.getLong(index)) * MULTIPLIER;
    }
    for (; index < end; index++) {
      sum = (sum ^ payload.get(index)) * MULTIPLIER;
    }
    return sum;
  }
}
