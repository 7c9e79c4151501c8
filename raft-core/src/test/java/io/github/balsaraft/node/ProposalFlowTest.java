package io.github.balsaraft.node;

import static io.github.balsaraft.node.SnapshotRig.GROUP;
import static io.github.balsaraft.node.SnapshotRig.OTHER;
import static io.github.balsaraft.node.SnapshotRig.SELF;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.NodeFailedException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.core.RaftCore;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.ForwardedProposals;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Message;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.trace.TraceSink;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.testing.RecordingMachine;
import io.github.balsaraft.testing.simulation.world.SimulatedEnvironment;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import io.github.balsaraft.transport.PeerConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A follower that can't pass proposals on, or fails in the middle of it: each ends all the same, at once and truthfully. */
class ProposalFlowTest {

  private static final String STOPPED = "this replica has failed";

  private final VirtualTime time = new VirtualTime();
  private final SimulatedEnvironment environment = SimulatedEnvironment.alone(time);
  private final FakeTransport transport = new FakeTransport();
  private final List<Message> sent = new ArrayList<>();

  /** Of another member, which leads. */
  private RaftCore follower() {
    EntryBatch founding = Payloads.single(EntryType.CONFIGURATION, SnapshotRig.MEMBERS.encode())
        .place(new EntryId(1, 1), 1);
    RaftCore core = CoreStarter.start(
        CoreStarter.newborn(SELF, founding), RaftOptions.defaults(), environment, TraceSink.OFF);
    core.receive(new Heartbeat(OTHER, SELF, 2, 1, 0, 0, 0));
    assertThat(core.view().leader()).isEqualTo(OTHER);
    return core;
  }

  private ProposalFlow flow(boolean forwardProposals) {
    HostRuntime host = new HostRuntime(
        new HostId("n1"), new MemoryLogStore(), transport, environment, Duration.ZERO);
    GroupPeers peers =
        new GroupPeers(host, GROUP, new BirthPlan(BirthPlan.Kind.BOOTSTRAP, List.of()));
    peers.follow(SnapshotRig.MEMBERS);
    ApplyPipeline pipeline = new ApplyPipeline(
        GROUP,
        new RecordingMachine(),
        host.store(),
        0,
        1 << 20,
        environment,
        (what, cause) -> {
          throw new AssertionError(what, cause);
        },
        () -> {});
    NodeMetrics metrics = new NodeMetrics(new Histogram());
    return new ProposalFlow(
        RaftOptions.builder().forwardProposals(forwardProposals).build(),
        1 << 20,
        peers,
        pipeline,
        new Forwarder(SELF, 77, SECONDS, pipeline::run),
        new ForwardingIntake(
            1,
            1 << 20,
            1 << 20,
            1 << 20,
            new OutcomeQueue(
                SELF,
                1 << 20,
                1 << 20,
                SECONDS,
                environment::nowNanos,
                environment::schedule,
                peers::trySend),
            metrics),
        metrics);
  }

  /** What became of each in the end. */
  private List<String> passAndStop(ProposalFlow flow, List<Proposal> proposals) {
    proposals.forEach(flow::add);
    assertThatThrownBy(() -> flow.pass(follower(), 0)).isInstanceOf(RuntimeException.class);
    flow.stop(new NodeFailedException(STOPPED), STOPPED);
    time.runFor(SECONDS);
    return RecordedProposal.ends(proposals);
  }

  private void sendingFails() {
    transport.onSend = message -> {
      sent.add(message);
      throw new IllegalStateException("asked to throw");
    };
  }

  @Test
  void whatMayHaveBeenSentIsUnknownAndTheRestWasNotAppended() {
    sendingFails();
    List<Proposal> proposals = List.of(
        new RecordedProposal("a"),
        new RecordedProposal("b"),
        new RecordedProposal(EntryType.SESSION, "c"));
    assertThat(passAndStop(flow(true), proposals))
        .containsExactly(
            "unknown:" + STOPPED, "unknown:" + STOPPED, "not appended:NodeFailedException");
    assertThat(sent).hasSize(1);
  }

  @Test
  void whatCanNotBePackedWasNotAppendedNorWhatIsBehindIt() {
    transport.onSend = sent::add;
    List<Proposal> proposals = List.of(
        new RecordedProposal("a"),
        new RecordedProposal(EntryType.SESSION, "b"),
        RecordedProposal.unusable(EntryType.SESSION),
        new RecordedProposal("d"));
    assertThat(passAndStop(flow(true), proposals))
        .containsExactly(
            "unknown:" + STOPPED,
            "not appended:NodeFailedException",
            "not appended:NodeFailedException",
            "not appended:NodeFailedException");
    assertThat(sent).hasSize(1);
  }

  @Test
  void whoIsRefusedIsToldEvenIfWhatIsPassedOnFails() {
    sendingFails();
    List<Proposal> proposals = List.of(
        new RecordedProposal("a"),
        new RecordedProposal(EntryType.SESSION, "b"),
        new RecordedProposal("c"));
    assertThat(passAndStop(flow(false), proposals))
        .containsExactly(
            "not appended:NotLeaderException at n2",
            "unknown:" + STOPPED,
            "not appended:NodeFailedException");
  }

  private List<String> pass(ProposalFlow flow, List<Proposal> proposals) {
    proposals.forEach(flow::add);
    flow.pass(follower(), time.nowNanos());
    time.runFor(MILLIS);
    return RecordedProposal.ends(proposals);
  }

  /** Whoever waits for it would wait in vain, and not know that it may be proposed again. */
  @Test
  void whatTheTransportDropsIsRefusedAtOnce() {
    transport.onSend = sent::add;
    ProposalFlow flow = flow(true);
    transport.takes = false;
    List<Proposal> refused =
        List.of(new RecordedProposal("a"), new RecordedProposal(EntryType.SESSION, "b"));
    assertThat(pass(flow, refused))
        .containsOnly("not appended:OverloadedException after " + OverloadedException.RETRY_AFTER);
    assertThat(flow.deadlineNanos()).as("nobody waits").isEqualTo(Long.MAX_VALUE);
    transport.takes = true;
    assertThat(pass(flow, RecordedProposal.of("c"))).containsExactly("");
    assertThat(sent).singleElement().satisfies(message -> {
      ForwardedProposals forwarded = (ForwardedProposals) message;
      assertThat(forwarded.firstSequence()).as("a number of its own").isEqualTo(3);
    });
    flow.stop(new NodeFailedException(STOPPED), STOPPED);
    time.runFor(SECONDS);
    assertThat(RecordedProposal.ends(refused)).noneMatch(ends -> ends.contains(" and "));
  }

  /** Others may reach it, so its address is worth telling. */
  @ParameterizedTest
  @EnumSource(
      value = PeerConnection.State.class,
      names = {"UNREACHABLE", "REFUSED"})
  void whatCanNotReachTheLeaderIsRefusedAtOnce(PeerConnection.State way) {
    transport.onSend = sent::add;
    ProposalFlow flow = flow(true);
    transport.way = way;
    assertThat(pass(flow, RecordedProposal.of("a")))
        .containsExactly("not appended:NotLeaderException at n2");
    assertThat(sent).isEmpty();
  }
}
