package io.github.balsaraft.testing.simulation.diagram;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.SnapshotChunk;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.model.trace.TraceFormat;
import io.github.balsaraft.model.trace.TraceState;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.testing.simulation.world.Observer;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Follows a run by a number of 64 bits: two runs in which anything differed, or came in another order or at another time, as good
 * as surely have two numbers. Keeps nothing else. The same in every process and on every machine.
 *
 * <p>As with {@link RunRecorder}, {@link #timedBy} has to be called before anything happens.
 */
public final class TraceHash implements Observer {

  /** Names nobody, so that replicas go by their numbers. */
  private static final ReplicaNames NUMBERS = new ReplicaNames();

  private final StableHash hash = new StableHash();
  private final boolean thorough;
  private @Nullable VirtualTime time;
  private long events;

  private TraceHash(boolean thorough) {
    this.thorough = thorough;
  }

  /** Looks at each step's kind and the state that it led to, and at each message's kind, sender, receiver and term. */
  public static TraceHash quick() {
    return new TraceHash(false);
  }

  /** Looks at every field of each step and of each message, those outside of the protocol too. Takes several times as long. */
  public static TraceHash thorough() {
    return new TraceHash(true);
  }

  /** From now on events happen at this time. */
  public TraceHash timedBy(VirtualTime newTime) {
    time = newTime;
    return this;
  }

  /** The number so far. */
  public long value() {
    return hash.value();
  }

  /** How many events it has seen. */
  public long events() {
    return events;
  }

  private StableHash begin(char kind) {
    if (time == null) {
      throw new IllegalStateException("nobody has said whose time it is");
    }
    events++;
    return hash.add(kind).add(time.nowNanos());
  }

  private void begin(char kind, HostId host, int life) {
    begin(kind).add(host.name()).add(life);
  }

  private void begin(char kind, HostId from, HostId to) {
    begin(kind).add(from.name()).add(to.name());
  }

  @Override
  public void onStart(HostId host, int life) {
    begin('s', host, life);
  }

  @Override
  public void onEnd(HostId host, int life, String how) {
    begin('e', host, life);
    hash.add(how);
  }

  @Override
  public void onStep(HostId host, int life, TraceEvent step) {
    begin('t', host, life);
    if (thorough) {
      hash.add(TraceFormat.format(step));
      return;
    }
    hash.add(step.getClass().getSimpleName()).add(step.header().number());
    hash.add(step.header().atNanos());
    TraceState state = step.header().state();
    hash.add(state.term()).add(bits(state.vote())).add(state.role().name());
    hash.add(bits(state.leader())).add(state.commitIndex()).add(state.configurationIndex());
    hash.add(state.last().term()).add(state.last().index());
  }

  private static long bits(@Nullable ReplicaId replica) {
    return replica == null ? 0 : replica.value();
  }

  @Override
  public void onDurable(HostId host, int life, LogWrite write) {
    begin('d', host, life);
    hash.add(write.host() == null ? 0 : Arrays.hashCode(write.host().encode()));
    for (GroupWrite group : write.groups()) {
      hash.add(group.group().value()).add(group.truncateFrom());
      hash.add(group.base().term()).add(group.base().index());
      hash.add(group.replica() == null ? 0 : Arrays.hashCode(group.replica().encode()));
      hash.add(group.hardState() == null ? 0 : Arrays.hashCode(group.hardState().encode()));
      for (EntryBatch batch : group.append()) {
        // A view's hash code goes over its bytes.
        hash.add(Arrays.hashCode(batch.encodeHeader())).add(batch.body().hashCode());
      }
    }
  }

  private void letter(char kind, HostId from, HostId to, GroupMessage letter, long number) {
    begin(kind, from, to);
    hash.add(number).add(letter.message().getClass().getSimpleName());
    if (letter.message() instanceof ProtocolMessage message) {
      hash.add(message.term()).add(message.from().value()).add(message.to().value());
    }
    if (thorough) {
      hash.add(MessageView.of(letter.message(), NUMBERS).fields().toString());
      if (letter.message() instanceof SnapshotChunk chunk) {
        hash.add(Arrays.hashCode(chunk.bytes()));
      }
    }
  }

  @Override
  public void onSent(HostId from, HostId to, GroupMessage message, long number) {
    letter('m', from, to, message, number);
  }

  @Override
  public void onArrived(HostId from, HostId to, GroupMessage message, long number) {
    letter('a', from, to, message, number);
  }

  @Override
  public void onLost(HostId from, HostId to, GroupMessage message, long number) {
    letter('l', from, to, message, number);
  }

  @Override
  public void onApplied(HostId host, int life, Command command, byte[] result) {
    begin('c', host, life);
    ByteBuffer payload = command.payload();
    hash.add(command.index()).add(command.term()).add(payload.hashCode());
    hash.add(Arrays.hashCode(result));
  }

  @Override
  public void onCaptured(HostId host, int life, long index, long contentChecksum) {
    begin('w', host, life);
    hash.add(index).add(contentChecksum);
  }

  @Override
  public void onRestored(HostId host, int life, long index, long contentChecksum) {
    begin('r', host, life);
    hash.add(index).add(contentChecksum);
  }

  @Override
  public void onHeld(HostId host, int life, EntryId entry) {
    begin('h', host, life);
    hash.add(entry.term()).add(entry.index());
  }

  @Override
  public void onStopped(HostId host, int life) {
    begin('o', host, life);
  }

  @Override
  public void onCut(HostId from, HostId to) {
    begin('x', from, to);
  }

  @Override
  public void onJoined(HostId from, HostId to) {
    begin('j', from, to);
  }

  @Override
  public void onPause(HostId host, int life, long nanos) {
    begin('p', host, life);
    hash.add(nanos);
  }

  @Override
  public void onFault(String what) {
    // The words are for people.
    begin('f');
  }

  @Override
  public void onNote(HostId host, String what) {
    begin('n').add(host.name()).add(what);
  }
}
