package io.github.balsaraft.testing.simulation.checks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.api.RaftEvent;
import io.github.balsaraft.api.RaftEvent.EventsDropped;
import io.github.balsaraft.api.RaftEvent.HealthChanged;
import io.github.balsaraft.api.RaftEvent.LeaderChanged;
import io.github.balsaraft.api.RaftEvent.MembershipChanged;
import io.github.balsaraft.api.RaftEvent.RoleChanged;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ListenerRulesTest {

  private static final HostId N1 = new HostId("n1");
  private static final HostId N2 = new HostId("n2");

  private final ListenerRules rules = new ListenerRules();

  private void tell(HostId host, RaftEvent... events) {
    for (RaftEvent event : events) {
      rules.onEvent(host, 1, event);
    }
  }

  private static RaftEvent health(long term, Health health) {
    return new HealthChanged(term, health, "");
  }

  private static RaftEvent role(long term, Role role) {
    return new RoleChanged(term, role, "");
  }

  private static RaftEvent leader(long term, HostId host) {
    return new LeaderChanged(
        term, Optional.of(new ReplicaId(host.name().hashCode())), Optional.of(host));
  }

  private static RaftEvent members(long index, boolean committed) {
    return new MembershipChanged(5, index, Configuration.EMPTY, committed);
  }

  @Test
  @DisplayName("a node begins, follows, leads and ends; its next process begins anew")
  void inOrder() {
    for (int life = 1; life <= 2; life++) {
      for (RaftEvent event : new RaftEvent[] {
        health(5, Health.RUNNING),
        role(5, Role.FOLLOWER),
        members(1, true),
        role(6, Role.CANDIDATE),
        role(6, Role.LEADER),
        leader(6, N1),
        role(6, Role.FOLLOWER),
        new LeaderChanged(6, Optional.empty(), Optional.empty()),
        health(6, Health.CLOSED)
      }) {
        rules.onEvent(N1, life, event);
      }
    }
    assertThat(rules.problem()).isNull();
  }

  @Test
  @DisplayName("who leads is told after the role")
  void leaderBeforeRole() {
    tell(N1, health(1, Health.RUNNING), role(1, Role.CANDIDATE), leader(1, N1));
    assertThat(rules.problem()).contains("its role comes before");
  }

  @Test
  @DisplayName("and right after it")
  void somethingInBetween() {
    tell(N1, health(5, Health.RUNNING), role(5, Role.LEADER), members(3, true), leader(5, N1));
    assertThat(rules.problem()).contains("nobody is told who does");
  }

  @Test
  @DisplayName("nothing comes before health, nor after the end, nor of an earlier term")
  void outOfPlace() {
    tell(N1, role(1, Role.FOLLOWER));
    assertThat(rules.problem()).contains("health comes first");
    ListenerRules others = new ListenerRules();
    others.onEvent(N1, 1, health(2, Health.CLOSED));
    others.onEvent(N1, 1, role(2, Role.FOLLOWER));
    assertThat(others.problem()).contains("that was the end");
    ListenerRules more = new ListenerRules();
    more.onEvent(N1, 1, health(2, Health.RUNNING));
    more.onEvent(N1, 1, role(1, Role.FOLLOWER));
    assertThat(more.problem()).contains("the term falls");
  }

  @Test
  @DisplayName("all are told of the same leader of a term")
  void twoLeaders() {
    tell(N1, health(1, Health.RUNNING), role(1, Role.FOLLOWER), leader(1, N2));
    tell(N2, health(1, Health.RUNNING), role(1, Role.LEADER), leader(1, N2));
    assertThat(rules.problem()).isNull();
    tell(N1, new LeaderChanged(1, Optional.of(new ReplicaId(7)), Optional.empty()));
    assertThat(rules.problem()).contains("as the leader of that term");
  }

  @Test
  @DisplayName("a committed configuration is not taken back, one that is not may be")
  void configurations() {
    tell(N1, health(5, Health.RUNNING), members(3, false), members(2, true));
    assertThat(rules.problem()).isNull();
    tell(N1, members(1, true));
    assertThat(rules.problem()).contains("what was committed is taken back");
  }

  @Test
  @DisplayName("what was dropped can't be held against anything")
  void dropped() {
    tell(
        N1,
        health(1, Health.RUNNING),
        role(1, Role.LEADER),
        new EventsDropped(1, 3),
        members(2, true));
    assertThat(rules.problem()).isNull();
    tell(N1, role(5, Role.FOLLOWER), members(9, true), new EventsDropped(5, 3));
    tell(N1, health(5, Health.FAILED), role(5, Role.FOLLOWER), members(3, true));
    assertThat(rules.problem()).isNull();
    tell(N1, new EventsDropped(5, 1), members(9, true), leader(5, N1));
    assertThat(rules.problem()).isNull();
    tell(N1, role(5, Role.FOLLOWER), role(5, Role.FOLLOWER));
    assertThat(rules.problem()).contains("that is nothing new");
  }
}
