package io.github.balsaraft.testing.simulation.load;

import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.storage.SnapshotFolder;
import io.github.balsaraft.testing.SequentialModel;
import io.github.balsaraft.testing.simulation.world.Chance;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An application under simulation: its state machine, and what clients ask of it.
 *
 * <p>Everything random has to come from the {@link Chance} that is handed in, or a run can't be repeated.
 *
 * @param <I> operations: immutable, with a readable {@code toString}
 * @param <O> answers: immutable, with {@code equals} and a readable {@code toString}
 */
public interface Workload<I, O> {

  /**
   * A state machine with the state before the first command. Called for each start of a process, unless that {@linkplain
   * #openStateMachine opens} one, and by checks.
   */
  StateMachine newStateMachine();

  /**
   * A process starts: the state machine on what is in the folder of its host, which outlives processes and loses what was not synced
   * when the power goes. For a state machine that keeps its state by itself, an {@link io.github.balsaraft.api.OnDiskStateMachine}:
   * what a folder may do wrong it has to say with an exception. For all others a new one.
   *
   * @param folder of this host, for this state machine alone
   */
  default StateMachine openStateMachine(SnapshotFolder folder) {
    return newStateMachine();
  }

  /**
   * Whether what {@link #openStateMachine} opens notices bits of its folder that have changed between two processes, and then goes on from an earlier
   * moment, or from nothing, as after a loss of power; only then they change. Of a state machine that refuses such a folder it is to be said
   * that it doesn't: what becomes of its process is for whoever starts that.
   */
  default boolean noticesDamagedState() {
    return false;
  }

  /** Whether clients may use sessions: not if the state is on disk and the state machine doesn't keep them. */
  default boolean hasSessions() {
    return true;
  }

  /** Called once before a run, for a workload that is not the same in each. */
  default void begin(Chance chance) {}

  /** What a client asks for next. */
  I next(Chance chance);

  /** Whether it is a query, which changes nothing and is answered by {@link StateMachine#query}; else it is a command. */
  boolean isQuery(I operation);

  /** The command or query as the state machine gets it. */
  byte[] encode(I operation);

  /** What the state machine has answered. */
  O decode(I operation, byte[] answer);

  /**
   * What a client was answered whose command the state machine has rejected, with a {@link
   * io.github.balsaraft.api.CommandRejectedException}. To be said by the workload of a state machine that does so.
   *
   * @param reason as the state machine said
   */
  default O rejected(I operation, String reason) {
    throw new IllegalStateException("the state machine has rejected " + operation + " (" + reason
        + "), and this workload doesn't say in rejected() what answer that is");
  }

  /**
   * Queries whose answers show the whole state, or most of it: at the end of a run all members have to give the same. Without any, states
   * that have grown apart go unnoticed as long as no result tells of it, so that an empty list is to be chosen and not forgotten.
   */
  List<I> finalQueries();

  /**
   * What is asked for at one node all at once, so that its queues meet their bounds: best of large commands that change little, or of
   * many queries. Nothing unless the workload says so.
   */
  default List<I> burst(Chance chance) {
    return List.of();
  }

  /** The same with another state machine, such as one that is wrong: would that be found? */
  default Workload<I, O> withMachine(Supplier<? extends StateMachine> machines) {
    return new WithMachine<>(this, folder -> machines.get());
  }

  /** The same with another state machine that is opened on the folder of its host. */
  default Workload<I, O> withMachine(
      Function<? super SnapshotFolder, ? extends StateMachine> machines) {
    return new WithMachine<>(this, machines);
  }

  /** What the object does when one operation happens at a time; null if histories are not to be checked. */
  @Nullable
  SequentialModel<?, I, O> model();
}
