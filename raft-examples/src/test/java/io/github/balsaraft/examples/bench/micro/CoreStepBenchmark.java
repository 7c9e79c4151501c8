package io.github.balsaraft.examples.bench.micro;

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

/** From a proposal to the knowledge of all three members that it is committed, without I/O, threads and encoding. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CoreStepBenchmark {

  /** Commands in one proposal. */
  @Param({"1", "64"})
  public int commands;

  private CoreCluster cluster;
  private byte[] payload;
  private int checksum;

  @Setup
  public void start() {
    cluster = new CoreCluster();
    payload = new byte[256];
    checksum = Payloads.checksum(payload);
  }

  @Benchmark
  public long proposeAndCommit() {
    Payloads payloads = new Payloads(EntryType.COMMAND, commands * (payload.length + 8));
    for (int i = 0; i < commands; i++) {
      payloads.add(payload, checksum);
    }
    return cluster.propose(payloads);
  }
}
