package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.Founder;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.testing.simulation.world.SimulatedEnvironment;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import io.github.balsaraft.transport.PeerConnection;
import io.github.balsaraft.transport.Transport;
import io.github.balsaraft.transport.TransportReceiver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Which ways a group asks its host for: those to members, to hosts of the plan, and to guests as long as they are guests. */
class GroupPeersTest {

  private static final GroupId GROUP = GroupId.DEFAULT;
  private static final HostId N1 = new HostId("n1");
  private static final HostId N2 = new HostId("n2");
  private static final HostId N4 = new HostId("n4");

  private final Recorder recorder = new Recorder();
  private final HostRuntime host = new HostRuntime(
      N1,
      new MemoryLogStore(),
      recorder,
      SimulatedEnvironment.alone(new VirtualTime()),
      Duration.ZERO);
  private final GroupPeers peers = new GroupPeers(
      host,
      GROUP,
      new BirthPlan(
          BirthPlan.Kind.BOOTSTRAP, List.of(Founder.parse("n1=a:1"), Founder.parse("n2=b:1"))));

  private static Member voter(long replica, HostId on, String address) {
    return Member.voter(new ReplicaId(replica), on, address);
  }

  private static Configuration members(Member... more) {
    List<Member> members = new ArrayList<>(List.of(voter(1, N1, "a:1"), voter(2, N2, "b:1")));
    members.addAll(List.of(more));
    return Configuration.of(members);
  }

  @Test
  void aGuestHasAWayAsLongAsItAsks() {
    peers.follow(members());
    peers.askedBy(N4, "d:1", new ReplicaId(4), 0);
    assertThat(recorder.takeCalls()).containsExactly("n4 at d:1");
    peers.guests().forgetSilent(Guests.FORGET_AFTER_NANOS);
    assertThat(recorder.takeCalls()).containsExactly("none to n4");
  }

  @Test
  void aMemberIsNoGuest() {
    peers.follow(members(voter(4, N4, "d:1")));
    recorder.takeCalls();
    peers.askedBy(N4, "liar:1", new ReplicaId(9), 0);
    peers.askedBy(N2, "liar:1", null, 0);
    peers.guests().forgetSilent(Guests.FORGET_AFTER_NANOS);
    assertThat(recorder.takeCalls()).isEmpty();
    assertThat(peers.guests().asking()).isEmpty();
  }

  @Test
  void aGuestThatBecomesAMemberKeepsItsWayWhenItStopsAsking() {
    peers.follow(members());
    peers.askedBy(N4, "d:1", new ReplicaId(4), 0);
    recorder.takeCalls();
    peers.follow(members(voter(4, N4, "d:1")));
    peers.guests().forgetSilent(Guests.FORGET_AFTER_NANOS);
    assertThat(recorder.takeCalls()).doesNotContain("none to n4");
  }

  /** What the operator has said is not for a stranger to change, and such a way never ends. */
  @Test
  void hostsOfThePlanKeepTheirWays() {
    peers.followPlan();
    assertThat(recorder.takeCalls()).containsExactly("n2 at b:1");
    peers.askedBy(N2, "elsewhere:1", new ReplicaId(7), 0);
    peers.guests().forgetSilent(Guests.FORGET_AFTER_NANOS);
    assertThat(recorder.takeCalls()).isEmpty();
  }

  @Test
  void aHostOfThePlanThatWasRemovedMayComeBackFromElsewhere() {
    peers.followPlan();
    peers.follow(members());
    peers.follow(Configuration.of(List.of(voter(1, N1, "a:1"))));
    recorder.takeCalls();
    peers.askedBy(N2, "elsewhere:1", new ReplicaId(7), 0);
    assertThat(recorder.takeCalls()).containsExactly("n2 at elsewhere:1");
    peers.follow(Configuration.of(List.of(voter(1, N1, "a:1"), voter(7, N2, "elsewhere:2"))));
    assertThat(recorder.takeCalls()).contains("n2 at elsewhere:2");
  }

  @Test
  void aHintCountsOnlyIfNothingBetterIsKnown() {
    peers.followPlan();
    peers.follow(members(voter(4, N4, "d:1")));
    recorder.takeCalls();
    peers.setHint(N2, "wrong:1");
    peers.setHint(N4, "wrong:1");
    peers.setHint(new HostId("n5"), " ");
    peers.setHint(N1, "wrong:1");
    assertThat(recorder.takeCalls()).isEmpty();
    peers.setHint(new HostId("n5"), "e:1");
    assertThat(recorder.takeCalls()).containsExactly("n5 at e:1");
  }

  @Test
  void aNewAddressInTheConfigurationIsNewsEvenOfAPlannedHost() {
    peers.followPlan();
    peers.follow(members());
    recorder.takeCalls();
    assertThat(peers.follow(members())).as("nothing new").isFalse();
    assertThat(peers.follow(members().with(voter(2, N2, "moved:1")))).isTrue();
    assertThat(recorder.takeCalls()).containsExactly("n2 at moved:1");
  }

  /** Notes the routes, and sends nothing. */
  private static final class Recorder implements Transport {
    private List<String> calls = new ArrayList<>();

    List<String> takeCalls() {
      List<String> taken = calls;
      calls = new ArrayList<>();
      return taken;
    }

    @Override
    public void start(Supplier<HostRecord> self, TransportReceiver receiver) {}

    @Override
    public void identityChanged() {}

    @Override
    public String localAddress() {
      return "a:1";
    }

    @Override
    public void setRoute(HostId peer, String address) {
      calls.add(peer + " at " + address);
    }

    @Override
    public void removeRoute(HostId peer) {
      calls.add("none to " + peer);
    }

    @Override
    public void send(HostId to, List<GroupMessage> messages) {}

    @Override
    public PeerConnection connection(HostId peer) {
      return new PeerConnection(PeerConnection.State.UNKNOWN, "");
    }

    @Override
    public void close() {}
  }
}
