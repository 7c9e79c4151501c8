package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.api.RaftEvent;
import io.github.balsaraft.api.RaftEvent.RoleChanged;
import io.github.balsaraft.api.RaftEvent.SnapshotFailed;
import io.github.balsaraft.core.Ready;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The order in which listeners hear of what one step has brought about. */
class NodeEventsTest {

  private static final ReplicaId LEADER = new ReplicaId(2);

  private final List<RaftEvent> heard = new ArrayList<>();
  private final NodeEvents events = new NodeEvents(
      Runnable::run,
      replica -> new HostId("n" + replica.value()),
      failure -> {
        throw new AssertionError(failure);
      },
      dropped -> {});

  @BeforeEach
  void listen() {
    events.add(events.queueFor(heard::add));
    events.roleChanged(new Ready.RoleChange(Role.FOLLOWER, 3, null, "start"));
    events.endOfStep();
    heard.clear();
  }

  @Test
  @DisplayName("role and leader come before snapshots, and the term never falls")
  void snapshotsComeLast() {
    events.snapshot(term -> new SnapshotFailed(term, "no space"));
    assertThat(heard).isEmpty();
    events.roleChanged(new Ready.RoleChange(Role.FOLLOWER, 9, LEADER, "a new leader"));
    events.endOfStep();
    assertThat(heard)
        .extracting(event -> event.getClass().getSimpleName() + " " + event.term())
        .containsExactly("RoleChanged 9", "LeaderChanged 9", "SnapshotFailed 9");
    events.endOfStep();
    assertThat(heard).as("once").hasSize(3);
  }

  @Test
  @DisplayName("a node that stops tells of them before its end")
  void snapshotsBeforeTheEnd() {
    events.snapshot(term -> new SnapshotFailed(term, "no space"));
    events.stopped(Health.CLOSED, "shutting down");
    assertThat(heard.get(0)).isInstanceOf(SnapshotFailed.class);
    assertThat(heard).last().isInstanceOf(RaftEvent.HealthChanged.class);
    assertThat(heard).noneMatch(event -> event instanceof RoleChanged role && role.term() > 3);
  }
}
