package io.github.balsaraft.node;

import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.api.RaftEvent;
import io.github.balsaraft.api.RaftEvent.HealthChanged;
import io.github.balsaraft.api.RaftEvent.LeaderChanged;
import io.github.balsaraft.api.RaftEvent.MembershipChanged;
import io.github.balsaraft.api.RaftEvent.RoleChanged;
import io.github.balsaraft.api.RaftListener;
import io.github.balsaraft.core.CoreView;
import io.github.balsaraft.core.Ready;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Turns what happens to a replica into events, and hands each to every listener's queue. Says nothing twice, and nothing after the
 * end. Used by the mailbox's thread only.
 */
final class NodeEvents {

  private final Executor executor;
  private final Function<ReplicaId, @Nullable HostId> hosts;
  private final Consumer<Throwable> onFailure;
  private final LongConsumer onDropped;
  private final List<ListenerQueue> queues = new ArrayList<>();

  // What was told last, also to nobody: who comes later is told how things stand.
  private long term;
  private HealthChanged health = new HealthChanged(0, Health.BEING_BORN, "");
  private @Nullable RoleChanged role;
  private @Nullable LeaderChanged leader;
  private @Nullable MembershipChanged membership;

  /** What will be told at the end of the step. */
  private final List<LongFunction<RaftEvent>> aboutSnapshots = new ArrayList<>();

  /**
   * The events of one replica.
   *
   * @param executor where listeners are called
   * @param hosts where a replica is; null if that isn't known
   * @param onFailure hears what a listener throws, and why one could not be told; on any thread
   * @param onDropped hears how many events a listener was too slow for; on any thread
   */
  NodeEvents(
      Executor executor,
      Function<ReplicaId, @Nullable HostId> hosts,
      Consumer<Throwable> onFailure,
      LongConsumer onDropped) {
    this.executor = executor;
    this.hosts = hosts;
    this.onFailure = onFailure;
    this.onDropped = onDropped;
  }

  /** A queue for a listener that is to be {@linkplain #add added}. On any thread. */
  ListenerQueue queueFor(RaftListener listener) {
    return new ListenerQueue(listener, executor, onFailure, onDropped);
  }

  /** One more listener, which is told how things stand first. */
  void add(ListenerQueue queue) {
    queues.removeIf(ListenerQueue::isRemoved);
    if (queue.isRemoved()) {
      return;
    }
    RaftEvent lastMembership = membership;
    RaftEvent lastRole = role;
    RaftEvent lastLeader = leader;
    boolean isOver = health.health() == Health.FAILED || health.health() == Health.CLOSED;
    if (!isOver) {
      queue.offer(at(health));
    }
    if (lastRole != null) {
      queue.offer(at(lastRole));
    }
    if (lastLeader != null) {
      queue.offer(at(lastLeader));
    }
    if (lastMembership != null) {
      queue.offer(at(lastMembership));
    }
    if (isOver) {
      queue.offer(at(health));
    }
    queues.add(queue);
  }

  /** An earlier event as one of now: the terms of what a listener hears don't fall. */
  private RaftEvent at(RaftEvent earlier) {
    if (earlier instanceof HealthChanged event) {
      return new HealthChanged(term, event.health(), event.detail());
    } else if (earlier instanceof RoleChanged event) {
      return new RoleChanged(term, event.role(), event.reason());
    } else if (earlier instanceof LeaderChanged event) {
      return new LeaderChanged(term, event.leader(), event.host());
    } else if (earlier instanceof MembershipChanged event) {
      return new MembershipChanged(term, event.index(), event.configuration(), event.committed());
    }
    return earlier;
  }

  // ------------------------------------------------------------------ what happens

  /** The replica has a log, and lacks the state that this goes on from. */
  void recovering(long storedTerm, String detail) {
    term = Math.max(term, storedTerm);
    tellHealth(Health.RECOVERING, detail);
  }

  /** The replica begins to take part, with a log of its own. */
  void started(CoreView core) {
    term = Math.max(term, core.hardState().term());
    tellHealth(Health.RUNNING, "");
    tellRole(core.currentRole(), "start");
    tellLeader(core.leader());
    observe(core);
  }

  /** In the order of {@link Ready#roleChanges}. */
  void roleChanged(Ready.RoleChange change) {
    term = Math.max(term, change.term());
    tellRole(change.role(), change.reason());
    tellLeader(change.leader());
  }

  /** Looks at what is told by no outcome of its own: the configuration in force. After the role changes of the same step. */
  void observe(CoreView core) {
    term = Math.max(term, core.hardState().term());
    long index = core.configurationIndex();
    boolean committed = core.commitIndex() >= index;
    MembershipChanged last = membership;
    if (last == null
        || last.index() != index
        || last.committed() != committed
        || !last.configuration().equals(core.configuration())) {
      membership = new MembershipChanged(term, index, core.configuration(), committed);
      tell(membership);
    }
  }

  /** Something about snapshots, given the term. It is told at the end of the step, which may have come to another term meanwhile. */
  void snapshot(LongFunction<RaftEvent> event) {
    aboutSnapshots.add(event);
  }

  /** Everything else that the step has brought about was told. */
  void endOfStep() {
    if (!aboutSnapshots.isEmpty()) {
      aboutSnapshots.forEach(event -> tell(event.apply(term)));
      aboutSnapshots.clear();
    }
  }

  /** The replica takes no part any more. */
  void stopped(Health end, String detail) {
    endOfStep();
    if (role != null) {
      tellRole(Role.FOLLOWER, detail);
      tellLeader(null);
    }
    tellHealth(end, detail);
  }

  private void tellHealth(Health now, String detail) {
    if (health.health() != now) {
      HealthChanged changed = new HealthChanged(term, now, detail);
      // Before it is remembered: nothing is told once that is the end.
      tell(changed);
      health = changed;
    }
  }

  private void tellRole(Role now, String reason) {
    RoleChanged last = role;
    if (last == null || last.role() != now || last.term() != term) {
      role = new RoleChanged(term, now, reason);
      tell(role);
    }
  }

  private void tellLeader(@Nullable ReplicaId now) {
    LeaderChanged last = leader;
    Optional<ReplicaId> known = Optional.ofNullable(now);
    boolean news = last == null
        ? known.isPresent()
        : !last.leader().equals(known) || (known.isPresent() && last.term() != term);
    if (news) {
      leader = new LeaderChanged(term, known, known.map(hosts));
      tell(leader);
    }
  }

  private void tell(RaftEvent event) {
    if (health.health() == Health.CLOSED) {
      return;
    }
    queues.removeIf(ListenerQueue::isRemoved);
    for (ListenerQueue queue : queues) {
      queue.offer(event);
    }
  }
}
