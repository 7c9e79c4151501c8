package io.github.balsaraft.testing.simulation.checks;

import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.api.RaftEvent;
import io.github.balsaraft.api.RaftEvent.EventsDropped;
import io.github.balsaraft.api.RaftEvent.HealthChanged;
import io.github.balsaraft.api.RaftEvent.LeaderChanged;
import io.github.balsaraft.api.RaftEvent.MembershipChanged;
import io.github.balsaraft.api.RaftEvent.RoleChanged;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.testing.simulation.world.Observer;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What listeners are told, held against the order that {@link io.github.balsaraft.api.RaftListener} promises. */
public final class ListenerRules implements Observer {

  private final Map<HostId, Told> told = new TreeMap<>();
  private final Map<Long, ReplicaId> leaders = new TreeMap<>();
  private @Nullable String problem;

  /** Nobody was told anything. */
  public ListenerRules() {}

  /** What the listener of one process was told last. */
  private static final class Told {
    final int life;

    @Nullable
    RaftEvent last;

    @Nullable
    Health health;

    @Nullable
    RoleChanged role;

    /** Whether its role may be another by now, of which it was not told. */
    boolean isRoleUnknown;

    @Nullable
    MembershipChanged membership;

    Told(int life) {
      this.life = life;
    }
  }

  /** What is wrong with what a listener was told, for people; null if nothing is. */
  public @Nullable String problem() {
    return problem;
  }

  @Override
  public boolean wantsEvents() {
    return true;
  }

  @Override
  public boolean wantsSteps() {
    return false;
  }

  @Override
  public void onEvent(HostId host, int life, RaftEvent event) {
    Told earlier = told.get(host);
    if (earlier == null || earlier.life != life) {
      earlier = new Told(life);
      told.put(host, earlier);
    }
    String wrong = wrong(host, earlier, event);
    if (wrong != null && problem == null) {
      problem = "a listener at " + host + " (life " + life + ") was told of " + event + " after "
          + earlier.last + ": " + wrong;
    }
    remember(earlier, event);
  }

  private static void remember(Told told, RaftEvent event) {
    told.last = event;
    if (event instanceof HealthChanged health) {
      told.health = health.health();
    } else if (event instanceof RoleChanged role) {
      told.role = role;
      told.isRoleUnknown = false;
    } else if (event instanceof MembershipChanged membership) {
      told.membership = membership;
    } else if (event instanceof EventsDropped) {
      // What was said before may have been overtaken by what was not said.
      told.role = null;
      told.isRoleUnknown = true;
      told.membership = null;
    }
  }

  private @Nullable String wrong(HostId host, Told earlier, RaftEvent event) {
    RaftEvent last = earlier.last;
    if (last == null) {
      return event instanceof HealthChanged ? null : "health comes first";
    }
    if (event.term() < last.term()) {
      return "the term falls";
    }
    if (earlier.health == Health.CLOSED) {
      return "that was the end";
    }
    if (last instanceof EventsDropped || event instanceof EventsDropped) {
      return null;
    }
    // Right after its role: nobody acts on the one without the other.
    boolean begunToLead = last instanceof RoleChanged role && role.role() == Role.LEADER;
    if (begunToLead
        && !(event instanceof LeaderChanged leader
            && leader.host().filter(host::equals).isPresent())) {
      return "it leads, and nobody is told who does";
    }
    if (event instanceof HealthChanged health) {
      return earlier.health != null && health.health().compareTo(earlier.health) <= 0
          ? "health doesn't go back"
          : null;
    } else if (event instanceof RoleChanged role) {
      return wrong(earlier.role, role);
    } else if (event instanceof LeaderChanged leader) {
      return wrong(host, earlier, leader);
    }
    return event instanceof MembershipChanged membership
        ? wrong(earlier.membership, membership)
        : null;
  }

  private static @Nullable String wrong(@Nullable RoleChanged earlier, RoleChanged role) {
    return earlier != null && earlier.role() == role.role() && earlier.term() == role.term()
        ? "that is nothing new"
        : null;
  }

  private @Nullable String wrong(HostId host, Told earlier, LeaderChanged leader) {
    RoleChanged role = earlier.role;
    if (!earlier.isRoleUnknown
        && leader.host().filter(host::equals).isPresent()
        && (role == null || role.role() != Role.LEADER)) {
      return "its role comes before";
    }
    ReplicaId named = leader.leader().orElse(null);
    if (named == null) {
      return null;
    }
    ReplicaId other = leaders.putIfAbsent(leader.term(), named);
    return other == null || other.equals(named)
        ? null
        : "others were told of " + other + " as the leader of that term";
  }

  private static @Nullable String wrong(
      @Nullable MembershipChanged earlier, MembershipChanged membership) {
    return earlier != null && earlier.committed() && membership.index() < earlier.index()
        ? "what was committed is taken back"
        : null;
  }
}
