package io.github.balsaraft.examples.bench.micro;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.Payloads;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** 64 commands on their way into the stored form of a batch, and out of it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class BatchCodecBenchmark {

  private static final int COMMANDS = 64;

  @Param({"128", "1024"})
  public int payloadBytes;

  private byte[] payload;
  private byte[] stored;
  private EntryBatch batch;

  @Setup
  public void encodeOnce() {
    payload = new byte[payloadBytes];
    batch = pack();
    stored = batch.encode();
  }

  /** With the checksum of each, as their proposer takes it. */
  @Benchmark
  public EntryBatch pack() {
    Payloads payloads = new Payloads(EntryType.COMMAND, COMMANDS * (payloadBytes + 8));
    for (int i = 0; i < COMMANDS; i++) {
      payloads.add(payload, Payloads.checksum(payload));
    }
    return payloads.place(new EntryId(1, 1), 0);
  }

  @Benchmark
  public byte[] encode() {
    return batch.encode();
  }

  /** With all checks, as a follower does. */
  @Benchmark
  public EntryBatch decode() {
    return EntryBatch.decode(stored);
  }

  /** As the state machine sees them. */
  @Benchmark
  public long walk() {
    long sum = 0;
    for (EntryBatch.Cursor cursor = batch.cursor(); cursor.next(); ) {
      sum += cursor.payload().get(0);
    }
    return sum;
  }
}
