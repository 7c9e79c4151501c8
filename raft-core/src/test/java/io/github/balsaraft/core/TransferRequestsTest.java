package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.Ready.TransferOutcome;
import io.github.balsaraft.core.Ready.TransferOutcome.End;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What became of requests to hand leadership over, each by itself. */
class TransferRequestsTest {

  private final TransferRequests requests = new TransferRequests(id("n1"));

  @Test
  @DisplayName(
      "it is certain that a target was not told as long as its request is open, or its outcome was not taken")
  void untold() {
    requests.begun(7, id("n2"), 100);
    assertThat(requests.isUntold(7)).isTrue();
    assertThat(requests.isUntold(8)).as("no request").isFalse();
    requests.expire(100);
    assertThat(requests.isUntold(7)).as("its outcome is not taken yet").isTrue();
    assertThat(requests.isUntold(8)).as("no request").isFalse();
    assertThat(requests.take()).hasSize(1);
    assertThat(requests.isUntold(7)).as("forgotten").isFalse();
  }

  @Test
  @DisplayName("nor is it certain of a target that was told")
  void told() {
    requests.begun(7, id("n2"), 100);
    requests.told(id("n2"));
    assertThat(requests.isUntold(7)).isFalse();
    requests.expire(100);
    assertThat(requests.isUntold(7)).isFalse();
    requests.refuse(8, null, "no");
    assertThat(requests.isUntold(7))
        .as("another one's outcome says nothing of it")
        .isFalse();
  }

  @Test
  @DisplayName(
      "that a leader hands over to another of its own accord says nothing of the target that was asked for")
  void anotherIsTold() {
    requests.begun(7, id("n2"), 100);
    requests.told(id("n3"));
    assertThat(requests.isUntold(7)).isTrue();
  }

  @Test
  @DisplayName("one that is given up says why, once")
  void aborted() {
    requests.begun(7, id("n2"), 100);
    requests.aborted("the target is no voter any more");
    requests.expire(100);
    assertThat(requests.take())
        .containsExactly(new TransferOutcome(
            7, End.ABORTED, id("n2"), "the target is no voter any more", false));
    assertThat(requests.take()).isEmpty();
  }

  @Test
  @DisplayName("whoever leads next is told apart: the target, this member again, another")
  void whoLeadsNext() {
    requests.begun(1, id("n2"), 100);
    requests.roleChanged(null);
    requests.roleChanged(id("n2"));
    requests.begun(2, id("n2"), 100);
    requests.roleChanged(id("n1"));
    requests.begun(3, id("n2"), 100);
    requests.roleChanged(id("n3"));
    assertThat(requests.take())
        .containsExactly(
            new TransferOutcome(1, End.TRANSFERRED, id("n2"), "", false),
            new TransferOutcome(2, End.SUPERSEDED, id("n2"), "this member leads again", false),
            new TransferOutcome(3, End.SUPERSEDED, id("n2"), "another member leads", false));
  }
}
