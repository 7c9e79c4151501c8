package io.github.balsaraft.examples.bench.cluster;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** The process of a {@link ChildNode}. */
final class ChildMain {

  /** How long handing leadership over may take, in election timeouts at their longest. */
  private static final int HANDOVER_TIMEOUTS = 2;

  private final EmbeddedNode node;
  private final Duration handover;
  private final DataOutputStream out;

  private ChildMain(EmbeddedNode node, Duration handover, DataOutputStream out) {
    this.node = node;
    this.handover = handover;
    this.out = out;
  }

  public static void main(String[] args) throws IOException {
    DataInputStream in = new DataInputStream(new BufferedInputStream(System.in));
    DataOutputStream out = new DataOutputStream(new BufferedOutputStream(System.out));
    // Whatever a library prints must not get into the answers.
    System.setOut(System.err);
    List<Integer> ports =
        Stream.of(args[1].split(",", -1)).map(Integer::valueOf).toList();
    NodeSpec spec = new NodeSpec(
        Integer.parseInt(args[0]),
        ports,
        Path.of(args[2]),
        1,
        Integer.parseInt(args[3]),
        Boolean.parseBoolean(args[4]),
        Boolean.parseBoolean(args[5]));
    EmbeddedNode node = EmbeddedNode.start(new NettyGround(), spec);
    Duration handover = spec.options().electionTimeoutMax().multipliedBy(HANDOVER_TIMEOUTS);
    try {
      new ChildMain(node, handover, out).serve(in);
    } catch (EOFException e) {
      // The process that steers this one is gone.
      Runtime.getRuntime().halt(0);
    }
  }

  private void serve(DataInputStream in) throws IOException {
    while (true) {
      long number = in.readLong();
      byte what = in.readByte();
      byte[] payload = in.readNBytes(in.readInt());
      switch (what) {
        case ChildProtocol.PROPOSE -> propose(number, payload);
        case ChildProtocol.LEADS -> answer(number, node.leads(0) ? 1 : 0);
        case ChildProtocol.TERM -> answer(number, node.term(0));
        case ChildProtocol.ENTRIES -> answer(number, node.applied(0).entries());
        case ChildProtocol.CHECKSUM -> answer(number, node.applied(0).checksum());
        case ChildProtocol.STOP -> stop();
        default -> throw new IOException("unknown request " + what);
      }
    }
  }

  private void stop() {
    node.close(handover);
    Runtime.getRuntime().halt(0);
  }

  private void propose(long number, byte[] payload) {
    CompletableFuture<?> unused = node.propose(0, payload)
        .whenComplete((result, failure) ->
            answer(number, failure == null ? ChildProtocol.DONE : ChildProtocol.FAILED));
  }

  private void answer(long number, long value) {
    try {
      synchronized (out) {
        out.writeLong(number);
        out.writeLong(value);
        out.flush();
      }
    } catch (IOException e) {
      Runtime.getRuntime().halt(1);
    }
  }
}
