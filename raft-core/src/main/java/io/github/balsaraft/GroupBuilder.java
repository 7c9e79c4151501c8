package io.github.balsaraft;

import io.github.balsaraft.api.Founder;
import io.github.balsaraft.api.RaftListener;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.model.trace.TraceSink;
import io.github.balsaraft.node.BirthPlan;
import io.github.balsaraft.node.GroupSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Builds a host's replica of one group. Not thread-safe. */
public final class GroupBuilder {

  private final GroupId id;
  private final @Nullable RaftHost host;
  private @Nullable BirthPlan birth;
  private LeaseRules leases = LeaseRules.FORBIDDEN;
  private @Nullable StateMachine stateMachine;
  private RaftOptions options = RaftOptions.defaults();
  private TraceSink trace = TraceSink.OFF;
  private final List<RaftListener> listeners = new ArrayList<>();

  GroupBuilder(GroupId id, @Nullable RaftHost host) {
    this.id = id;
    this.host = host;
  }

  /**
   * Founds the group together with the other founders, if none of them has data yet. Every founder is started with the
   * same list, at any time and in any order, and with the same list again later: a replica that has data goes on from
   * there, and one whose data is gone joins as a new replica. It never founds a group twice.
   *
   * @param founders {@code name=address} for each founding host, this one included; a bare {@code name} is its own address
   */
  public GroupBuilder bootstrap(String... founders) {
    return birth(BirthPlan.Kind.BOOTSTRAP, founders);
  }

  /**
   * Joins a group that exists already, as a new replica in place of the one that this host carried before. It never
   * founds one.
   *
   * @param members {@code name=address} of some hosts to ask
   */
  public GroupBuilder join(String... members) {
    return birth(BirthPlan.Kind.JOIN, members);
  }

  private GroupBuilder birth(BirthPlan.Kind kind, String... hosts) {
    if (hosts.length == 0) {
      throw new IllegalArgumentException("name at least one host, as name=address");
    }
    birth = new BirthPlan(kind, Arrays.stream(hosts).map(Founder::parse).toList());
    return this;
  }

  /**
   * Founds the group with leases, so that its leader answers {@link io.github.balsaraft.api.ReadConsistency#LEASE} reads without
   * asking anybody. Every founder is given the same rules. Once the group exists its configuration counts, and they are changed by
   * {@link io.github.balsaraft.api.Membership#setLeases}. Goes with {@code bootstrap} only: who joins a group is told its rules.
   *
   * @param rules such as {@code LeaseRules.permitted(1000)}: a window between two heartbeat intervals and the
   *     maximum of the election timeout, or {@link #start} throws an {@code IllegalArgumentException}
   */
  public GroupBuilder leases(LeaseRules rules) {
    this.leases = Objects.requireNonNull(rules, "rules");
    return this;
  }

  /**
   * The application's state, empty: it is restored from the latest snapshot after each start, and the commands after that are applied
   * anew. One that keeps its state by itself is an {@link io.github.balsaraft.api.OnDiskStateMachine}.
   */
  public GroupBuilder stateMachine(StateMachine machine) {
    this.stateMachine = machine;
    return this;
  }

  /** Settings; the defaults suit a local network. */
  public GroupBuilder options(RaftOptions groupOptions) {
    this.options = groupOptions;
    return this;
  }

  /**
   * Tells a sink of every step of the protocol, for diagnosis and for checking a run against a specification. Off by default;
   * {@link TraceWriter} is a sink that writes a file. The node does not close it.
   */
  public GroupBuilder traceTo(TraceSink sink) {
    this.trace = sink;
    return this;
  }

  /** Tells a listener of everything that becomes of the node, from its start on. There may be several. */
  public GroupBuilder listener(RaftListener listener) {
    listeners.add(Objects.requireNonNull(listener, "listener"));
    return this;
  }

  /**
   * Starts the replica. It may take a while until there is a leader: see {@link RaftNode#awaitLeader}.
   *
   * @throws IllegalStateException if something is missing, the group runs already or was closed on this host, or the host is
   *     closed or has failed
   * @throws IllegalArgumentException if this host is not among the founders, or the rules for leases don't fit the options
   * @throws io.github.balsaraft.storage.LogStoreException if the log was cut, and no intact snapshot holds what was before, or the
   *     snapshots can't be read
   */
  public RaftNode start() {
    RaftHost knownHost = host;
    if (knownHost == null) {
      throw new IllegalStateException("a node's builder starts its group by itself");
    }
    return start(knownHost, (node, handover) -> {
      if (handover == null) {
        node.close();
      } else {
        node.close(handover);
      }
    });
  }

  void checkComplete() {
    settings();
  }

  private GroupSettings settings() {
    BirthPlan plan = birth;
    StateMachine machine = stateMachine;
    if (plan == null) {
      throw new IllegalStateException(
          "say who the members are: bootstrap(...) or join(...) is missing");
    }
    if (machine == null) {
      throw new IllegalStateException("say what is replicated: stateMachine(...) is missing");
    }
    return new GroupSettings(id, plan.withLeases(leases), machine, options, trace, listeners);
  }

  void checkNamed(HostId host) {
    BirthPlan plan = birth;
    if (plan != null
        && plan.kind() == BirthPlan.Kind.BOOTSTRAP
        && plan.peers().stream().noneMatch(peer -> peer.host().equals(host))) {
      throw new IllegalArgumentException(
          "this host, " + host + ", is not among the founders " + plan.peers());
    }
  }

  RaftNode start(RaftHost on, RaftNode.Close close) {
    GroupSettings settings = settings();
    checkNamed(on.id());
    return new RaftNode(on.runtime().startGroup(settings), close);
  }
}
