package io.github.balsaraft.testing.simulation;

import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.simulation.load.Workload;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Whether processes that have applied the same hold the same: the same answers to the {@linkplain Workload#finalQueries() queries of the
 * workload}, and the same sessions with the same kept results. Results alone don't show it: what a command returns need not tell what it
 * did.
 */
final class EqualStates<I> {

  private final Workload<I, ?> workload;
  private final VirtualTime time;

  EqualStates(Workload<I, ?> workload, VirtualTime time) {
    this.workload = workload;
    this.time = time;
  }

  /** What one of them holds, as answers. */
  private record Held(HostId host, List<byte[]> answers) {}

  /** The first difference between the answers of two of them, at this moment, for people; null if there is none. */
  @Nullable
  String findDifference(List<SimulatedHost.Life> processes) {
    List<I> queries = workload.finalQueries();
    List<Held> all = heldNow(processes);
    for (Held other : all) {
      for (int query = 0; query < queries.size(); query++) {
        if (!Arrays.equals(all.get(0).answers.get(query), other.answers.get(query))) {
          return "to " + queries.get(query) + " " + answer(all.get(0), queries, query) + " and "
              + answer(other, queries, query);
        }
      }
    }
    return null;
  }

  /** The first difference between the sessions of two of them; null if there is none. Takes a moment, in which more may be applied. */
  @Nullable
  String findDifferentSessions(List<SimulatedHost.Life> processes) {
    List<CompletableFuture<byte[]>> sessions =
        processes.stream().map(process -> process.node().capturedSessions()).toList();
    if (!time.runUntil(
        () -> sessions.stream().allMatch(CompletableFuture::isDone), VirtualTime.SECONDS)) {
      throw new SimulationFailure("liveness", "not all members show their sessions");
    }
    for (int i = 1; i < sessions.size(); i++) {
      if (!Arrays.equals(sessions.get(0).join(), sessions.get(i).join())) {
        return processes.get(0).host() + " and " + processes.get(i).host()
            + " don't keep the same sessions";
      }
    }
    return null;
  }

  private List<Held> heldNow(List<SimulatedHost.Life> processes) {
    List<Held> all = new ArrayList<>();
    for (SimulatedHost.Life process : processes) {
      StateMachine machine = process.machine().machine();
      List<byte[]> answers = new ArrayList<>();
      for (I query : workload.finalQueries()) {
        answers.add(machine.query(workload.encode(query)));
      }
      all.add(new Held(process.host(), answers));
    }
    return all;
  }

  private String answer(Held held, List<I> queries, int query) {
    return held.host + " answers " + workload.decode(queries.get(query), held.answers.get(query));
  }
}
