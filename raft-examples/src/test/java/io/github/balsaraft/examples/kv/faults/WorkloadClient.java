package io.github.balsaraft.examples.kv.faults;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.github.balsaraft.examples.kv.testing.RespClient;
import io.github.balsaraft.testing.HistoryRecorder;
import io.github.balsaraft.testing.KvInput;
import io.github.balsaraft.testing.KvOutput;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * One client of a {@link HistoryWorkload}, on a thread of its own. It has a home among the members, whom it trusts to find
 * the leader; only when the connection fails it goes on to the next one, and returns after a while.
 */
final class WorkloadClient implements Runnable {

  /** Longer than a failover usually takes, so that most commands see their end. */
  private static final Duration REPLY_PATIENCE = Duration.ofSeconds(4);

  private static final int OPERATIONS_PER_CONNECTION = 200;

  /** After a refusal: whoever asks again at once only fills the history. */
  private static final long BACK_OFF_NANOS = MILLISECONDS.toNanos(20);

  private final HistoryWorkload workload;
  private final int number;
  private final int depth;
  private final RandomOperations operations;

  /**
   * A client.
   *
   * @param depth how many commands it sends at once before it waits for their replies
   */
  WorkloadClient(HistoryWorkload workload, int number, int depth, RandomOperations operations) {
    this.workload = workload;
    this.number = number;
    this.depth = depth;
    this.operations = operations;
  }

  @Override
  public void run() {
    int member = 0;
    while (!workload.isStopping()) {
      List<Integer> ports = workload.ports();
      int port = ports.get((number + member) % ports.size());
      try (RespClient connection = new RespClient(port, REPLY_PATIENCE)) {
        converse(connection);
        member = 0;
      } catch (UncheckedIOException e) {
        // Not reached, or the connection broke: what was under way is noted already.
        member++;
        LockSupport.parkNanos(BACK_OFF_NANOS);
      } catch (RuntimeException | Error e) {
        workload.report(this + " at port " + port, e);
        return;
      }
    }
  }

  private void converse(RespClient connection) {
    for (int i = 0; i < OPERATIONS_PER_CONNECTION && !workload.isStopping(); i += depth) {
      if (sendAndReceive(connection)) {
        workload.pace();
      } else {
        LockSupport.parkNanos(BACK_OFF_NANOS);
      }
    }
  }

  /** One command under way. */
  private record Sent(KvInput input, Mark after, HistoryRecorder<KvInput, KvOutput>.Call call) {}

  /** Whether all were executed. */
  private boolean sendAndReceive(RespClient connection) {
    List<Sent> sent = new ArrayList<>();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Mark mark = workload.lastMark();
    for (int slot = 0; slot < depth; slot++) {
      KvInput input = operations.next();
      bytes.writeBytes(RespClient.encode(KvWire.command(input)));
      // Each slot counts as a process, because a process does one thing at a time.
      sent.add(new Sent(input, mark, workload.recorder().invoke(number * 10 + slot, input)));
    }
    int received = 0;
    boolean allDone = true;
    try {
      connection.sendRaw(bytes.toByteArray());
      for (; received < depth; received++) {
        allDone &= end(sent.get(received), connection.readReply());
      }
    } finally {
      // Of what is left nobody knows what became of it.
      for (Sent lost : sent.subList(received, depth)) {
        lost.call().unknown();
        workload.countUnknown("no reply");
      }
    }
    return allDone;
  }

  private boolean end(Sent sent, String reply) {
    if (!KvWire.isError(reply)) {
      KvOutput output = KvWire.answer(reply);
      sent.call().completed(output);
      operations.saw(sent.input(), output);
      if (KvWire.isWrite(sent.input())) {
        sent.after().acknowledged();
      }
      workload.countAnswered();
      return true;
    }
    if (KvWire.isCertainlyNotExecuted(reply)) {
      sent.call().failed();
      workload.countRefused(sent.input(), KvWire.errorCode(reply));
      return false;
    }
    if (!KvWire.isWrite(sent.input())) {
      throw new AssertionError("a read has no effect to be unsure of, yet " + sent.input()
          + " was answered with " + reply);
    }
    sent.call().unknown();
    workload.countUnknown(KvWire.errorCode(reply));
    return false;
  }

  @Override
  public String toString() {
    return "client " + number;
  }
}
