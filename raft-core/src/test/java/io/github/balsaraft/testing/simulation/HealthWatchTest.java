package io.github.balsaraft.testing.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.ReplicaId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Who may stop by itself, and what it has to say then. */
class HealthWatchTest {

  private static final String DISK = "the log store failed: input/output error";
  private static final String DAMAGE = "reading the entry at 7 back from the log store failed";
  private static final String DEFECT = "a step of the protocol failed: an invariant";

  private static NodeStatus status(Health health, String detail) {
    return status(health, detail, "Failed: n1 has stopped (" + detail + "); repair it");
  }

  private static NodeStatus status(Health health, String detail, String explanation) {
    return NodeStatus.builder(GroupId.DEFAULT, new HostId("n1"), new ReplicaId(1))
        .health(health)
        .healthDetail(detail)
        .explanation(status -> explanation)
        .build();
  }

  private static @Nullable String ofIntact(NodeStatus status) {
    return HealthWatch.findProblem(status, false, false, false, false);
  }

  private static @Nullable String ofFailedDisk(NodeStatus status) {
    return HealthWatch.findProblem(status, true, true, false, false);
  }

  private static @Nullable String ofDamaged(NodeStatus status) {
    return HealthWatch.findProblem(status, false, false, true, false);
  }

  @Test
  void oneThatRunsIsInOrder() {
    assertThat(ofIntact(status(Health.RUNNING, ""))).isNull();
    assertThat(ofDamaged(status(Health.RUNNING, ""))).isNull();
    assertThat(ofIntact(status(Health.CLOSED, "this node is shutting down"))).isNull();
  }

  @Test
  @DisplayName("nobody stops by itself whose disk is in order")
  void withoutReason() {
    assertThat(ofIntact(status(Health.FAILED, DISK))).contains("n1 has stopped").contains(DISK);
  }

  @Test
  void aFailedDiskIsAReasonThatIsTold() {
    assertThat(ofFailedDisk(status(Health.FAILED, DISK))).isNull();
    assertThat(ofFailedDisk(status(Health.FAILED, ""))).contains("doesn't explain");
    assertThat(ofFailedDisk(status(Health.FAILED, DISK, "Failed: n1 has stopped")))
        .contains("doesn't explain");
  }

  @Test
  @DisplayName("nobody goes on whose disk has failed, unless it is being stopped")
  void goesOn() {
    assertThat(ofFailedDisk(status(Health.RUNNING, ""))).contains("n1 goes on");
    assertThat(HealthWatch.findProblem(status(Health.CLOSED, ""), true, true, false, true))
        .isNull();
  }

  @Test
  @DisplayName("damage is no excuse for a defect: what was damaged is named")
  void damage() {
    assertThat(ofDamaged(status(Health.FAILED, DAMAGE))).isNull();
    assertThat(ofDamaged(status(Health.FAILED, DEFECT)))
        .contains("n1 has stopped")
        .contains(DEFECT);
  }

  @Test
  @DisplayName("an explanation may be shorter than what there is to say")
  void longDetail() {
    String detail = DISK + " of a disk with a name as long as this".repeat(50);
    String explanation = "Failed: n1 has stopped (" + detail.substring(0, 200) + " and so on)";
    assertThat(ofFailedDisk(status(Health.FAILED, detail, explanation))).isNull();
  }
}
