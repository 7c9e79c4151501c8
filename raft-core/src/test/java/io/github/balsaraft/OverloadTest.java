package io.github.balsaraft;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.RaftMetric;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.transport.LocalNetwork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A state machine that stalls stops proposals, with an answer at once and no effect; it doesn't stop elections. */
class OverloadTest {

  private static final int COMMAND_BYTES = 1000;
  private static final RaftOptions OPTIONS = LocalCluster.steadyOptions()
      .maxCommandBytes(COMMAND_BYTES)
      .maxPendingProposalBytes(20L * COMMAND_BYTES)
      .forwardProposals(true)
      .requestTimeout(Duration.ofSeconds(60))
      .build();

  private final LocalNetwork network = new LocalNetwork();
  private final Map<String, RaftNode> nodes = new LinkedHashMap<>();
  private final Map<String, HangingMachine> machines = new LinkedHashMap<>();

  @AfterEach
  void letGo() {
    machines.values().forEach(HangingMachine::letGo);
    nodes.values().forEach(RaftNode::close);
  }

  private void startAll(String... names) {
    for (String name : names) {
      HangingMachine machine = new HangingMachine();
      machines.put(name, machine);
      nodes.put(
          name,
          RaftNode.builder()
              .id(name)
              .bootstrap(names)
              .stateMachine(machine)
              .logStore(new MemoryLogStore())
              .transport(network.transport())
              .options(OPTIONS)
              .closeTimeout(Duration.ofMillis(100))
              .start());
    }
  }

  private String awaitLeader() {
    return LocalCluster.await(
        "a leader",
        () -> nodes.entrySet().stream()
            .filter(node -> node.getValue().status().role() == Role.LEADER)
            .map(Map.Entry::getKey)
            .findFirst());
  }

  /** Proposes until one is refused; returns those that were not. */
  private static List<CompletableFuture<byte[]>> fill(RaftNode leader) throws Exception {
    List<CompletableFuture<byte[]>> accepted = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      CompletableFuture<byte[]> proposed = leader.propose(new byte[COMMAND_BYTES]);
      if (proposed.isCompletedExceptionally()) {
        try {
          proposed.get();
        } catch (ExecutionException e) {
          assertThat(e.getCause()).isInstanceOfSatisfying(OverloadedException.class, refusal -> {
            assertThat(refusal.retryAfter()).isPositive();
            assertThat(refusal.isRetryable()).isTrue();
          });
        }
        return accepted;
      }
      accepted.add(proposed);
    }
    throw new AssertionError("100 commands are more than the budget, and none was refused");
  }

  @Test
  void stalledStateMachinesStopProposalsAndNotElections() throws Exception {
    startAll("n1", "n2", "n3");
    String first = awaitLeader();
    RaftNode leader = nodes.get(first);
    List<CompletableFuture<byte[]>> accepted = fill(leader);
    assertThat(accepted).hasSizeBetween(10, 20);
    LocalCluster.awaitTrue(
        "all that was taken in to be committed, though nothing is applied",
        () -> leader.status().commitIndex() == leader.status().lastIndex()
            && leader.status().lastIndex() > accepted.size());
    assertThat(accepted).noneMatch(CompletableFuture::isDone);
    long index = leader.status().lastIndex();

    CompletableFuture<?> handedOver = leader.transferLeadership();
    String second = LocalCluster.await(
        "another leader",
        () -> nodes.entrySet().stream()
            .filter(node -> !node.getKey().equals(first))
            .filter(node -> node.getValue().status().role() == Role.LEADER)
            .map(Map.Entry::getKey)
            .findFirst());
    assertThat(nodes.get(second).status().lastIndex()).isGreaterThanOrEqualTo(index);
    leader.close();
    nodes.remove(first);
    LocalCluster.awaitTrue(
        "the new leader to commit without the old one and with every state machine stalled",
        () -> nodes.get(second).status().commitIndex() > index);
    assertThat(machines.values()).allMatch(machine -> machine.applied() == 0);
    assertThat(handedOver)
        .as("told at the latest when the old leader was closed")
        .isDone();
  }

  private List<RaftNode> followers() {
    return LocalCluster.await("two that follow", () -> {
      List<RaftNode> following = nodes.values().stream()
          .filter(node -> node.status().role() == Role.FOLLOWER)
          .filter(node -> node.status().leader().isPresent())
          .toList();
      return following.size() == 2 ? Optional.of(following) : Optional.empty();
    });
  }

  /** Who is asked has room, and who leads has none: that, too, is said long before a request is given up. */
  @Test
  void followersOfAStalledLeaderRefuseToo() throws Exception {
    startAll("n1", "n2", "n3");
    String name = awaitLeader();
    RaftNode leader = nodes.get(name);
    // Else nobody there is told anything.
    machines.forEach((other, machine) -> {
      if (!other.equals(name)) {
        machine.letGo();
      }
    });
    List<RaftNode> followers = followers();
    List<CompletableFuture<byte[]>> accepted = fill(followers.get(0));
    assertThat(accepted).hasSizeBetween(10, 20);
    LocalCluster.awaitTrue(
        "all of them to be appended",
        () -> leader.metrics().value(RaftMetric.PROPOSALS_APPENDED) >= accepted.size());
    for (int i = 0; i < 10; i++) {
      assertThat(followers.get(1).propose(new byte[COMMAND_BYTES]))
          .failsWithin(Duration.ofSeconds(30))
          .withThrowableOfType(ExecutionException.class)
          .withCauseInstanceOf(OverloadedException.class);
    }
    assertThat(accepted).noneMatch(CompletableFuture::isDone);
    machines.get(name).letGo();
    for (CompletableFuture<byte[]> proposed : accepted) {
      proposed.get(30, SECONDS);
    }
    followers.get(1).propose(new byte[COMMAND_BYTES]).get(30, SECONDS);
    LocalCluster.awaitTrue(
        "nothing of what was refused to be applied anywhere",
        () -> machines.values().stream()
            .allMatch(machine -> machine.applied() == accepted.size() + 1));
  }

  @Test
  void whatWasRefusedIsNeverAppliedAndThereIsRoomAgainAfterwards() throws Exception {
    startAll("n1");
    RaftNode leader = nodes.get(awaitLeader());
    List<CompletableFuture<byte[]>> accepted = fill(leader);
    Optional<RaftNode> stillLeads =
        Optional.of(leader).filter(node -> node.status().role() == Role.LEADER);
    assertThat(stillLeads).isPresent();
    machines.get("n1").letGo();
    for (CompletableFuture<byte[]> proposed : accepted) {
      proposed.get(30, SECONDS);
    }
    leader.propose(new byte[COMMAND_BYTES]).get(30, SECONDS);
    assertThat(machines.get("n1").applied()).isEqualTo(accepted.size() + 1);
  }
}
