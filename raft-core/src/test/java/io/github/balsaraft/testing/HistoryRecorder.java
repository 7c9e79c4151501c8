package io.github.balsaraft.testing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what clients do, for a {@link LinearizabilityChecker}. All methods may be called from any thread.
 *
 * <p>Times count from the creation of the recorder, by one clock for all clients: they have to be in one process.
 */
public final class HistoryRecorder<I, O> {

  private final LongSupplier clock;
  private final long start;
  private final Queue<Call> calls = new ConcurrentLinkedQueue<>();

  /** Records by {@link System#nanoTime}. */
  public HistoryRecorder() {
    this(System::nanoTime);
  }

  /**
   * Records by another clock.
   *
   * @param clock never goes back, whichever thread asks
   */
  public HistoryRecorder(LongSupplier clock) {
    this.clock = clock;
    this.start = clock.getAsLong();
  }

  private long now() {
    return clock.getAsLong() - start;
  }

  /**
   * An operation begins. To be called before the request leaves the client.
   *
   * @param process who asks
   * @return where to say how it ended; until then its outcome is unknown
   */
  public Call invoke(int process, I input) {
    Call call = new Call(process, input, now());
    calls.add(call);
    return call;
  }

  /** What has been recorded, without operations that certainly failed; those without an end are unknown. */
  public List<Operation<I, O>> history() {
    List<Operation<I, O>> history = new ArrayList<>();
    for (Call call : calls) {
      Operation<I, O> operation = call.operation();
      if (operation != null) {
        history.add(operation);
      }
    }
    history.sort(Comparator.comparingLong(Operation::invoked));
    return history;
  }

  /** How many operations were answered. */
  public int completedCount() {
    return (int)
        calls.stream().filter(call -> call.end.get() instanceof Answered).count();
  }

  /** How many operations certainly had no effect. */
  public int failedCount() {
    return (int) calls.stream().filter(call -> call.end.get() instanceof Failed).count();
  }

  /** How many operations have no known outcome. */
  public int unknownCount() {
    return calls.size() - completedCount() - failedCount();
  }

  private sealed interface End {}

  private record Answered(Object output, long returned) implements End {}

  private record Failed() implements End {}

  private record Unknown() implements End {}

  /** One operation under way. It ends at most once; one that doesn't end has an unknown outcome. */
  public final class Call {
    private final int process;
    private final I input;
    private final long invoked;
    private final AtomicReference<@Nullable End> end = new AtomicReference<>();

    private Call(int process, I input, long invoked) {
      this.process = process;
      this.input = input;
      this.invoked = invoked;
    }

    /** The answer is there. To be called after it has arrived. */
    public void completed(O output) {
      end(new Answered(output, now()));
    }

    /** It certainly had no effect, and never will. */
    public void failed() {
      end(new Failed());
    }

    /** Nobody knows whether it had an effect, or will have one. */
    public void unknown() {
      end(new Unknown());
    }

    private void end(End how) {
      if (!end.compareAndSet(null, how)) {
        throw new IllegalStateException("this operation has ended already");
      }
    }

    @SuppressWarnings("unchecked") // Only completed(O) makes one.
    private @Nullable Operation<I, O> operation() {
      End how = end.get();
      if (how instanceof Answered answered) {
        return Operation.completed(process, input, (O) answered.output, invoked, answered.returned);
      }
      return how instanceof Failed ? null : Operation.unknown(process, input, invoked);
    }
  }
}
