package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.Founder;
import io.github.balsaraft.model.BirthAnswer;
import io.github.balsaraft.model.BirthQuery;
import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ReplicaId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BirthTest {

  private static final ReplicaId R1 = new ReplicaId(1);
  private static final ReplicaId R2 = new ReplicaId(2);
  private static final ReplicaId R3 = new ReplicaId(3);
  private static final HostId N1 = new HostId("n1");
  private static final HostId N2 = new HostId("n2");
  private static final HostId N3 = new HostId("n3");
  private static final ClusterIdentity CLUSTER = new ClusterIdentity(9, 1);
  private static final long ROUND = 200_000_000;

  private final Recorder port = new Recorder();
  private long nowNanos;

  private static BirthPlan plan(BirthPlan.Kind kind, String... names) {
    return new BirthPlan(kind, Stream.of(names).map(Founder::parse).toList());
  }

  private static final BirthPlan ALL = plan(BirthPlan.Kind.BOOTSTRAP, "n3", "n1", "n2");

  private Birth birth(BirthPlan plan, HostId host, ReplicaId self) {
    return new Birth(plan, self, host, port);
  }

  private void rounds(Birth birth, int count) {
    for (int i = 0; i < count; i++) {
      birth.step(nowNanos);
      nowNanos += ROUND;
    }
  }

  private static BirthAnswer unborn(ReplicaId asker, ReplicaId replica) {
    return new BirthAnswer(asker, ALL.foundersDigest(), replica, null, null);
  }

  private static EntryBatch founding(EntryId at, ReplicaId... replicas) {
    List<Member> members = new ArrayList<>();
    for (ReplicaId replica : replicas) {
      members.add(Member.voter(replica, new HostId("n" + replica.value()), "a"));
    }
    return Payloads.single(EntryType.CONFIGURATION, Configuration.of(members).encode())
        .place(at, 5);
  }

  private static final class Recorder implements Birth.Port {
    final List<String> asked = new ArrayList<>();
    final List<String> born = new ArrayList<>();

    @Override
    public String ownAddress() {
      return "here";
    }

    @Override
    public void send(HostId to, BirthQuery query) {
      asked.add(to.name());
    }

    @Override
    public ClusterIdentity newCluster() {
      return CLUSTER;
    }

    @Override
    public void clusterOfPeer(HostId founder, ClusterIdentity cluster) {
      asked.add(founder + " claims " + cluster);
    }

    @Override
    public long wallMillis() {
      return 1;
    }

    @Override
    public void born(ClusterIdentity cluster, @Nullable EntryBatch founding) {
      born.add(
          founding == null
              ? "joins"
              : Configuration.decode(founding.singlePayload()).toString());
    }
  }

  /** Whose folder is the wrong one can't be seen from a cluster's number alone. */
  @Test
  void aFounderThatBelongsToAClusterIsNamed() {
    Birth birth = birth(ALL, N1, R1);
    rounds(birth, 1);
    birth.onAnswer(N2, new BirthAnswer(R1, ALL.foundersDigest(), R2, CLUSTER, null));
    assertThat(port.asked).endsWith("n2 claims " + CLUSTER);
  }

  @Test
  void theFirstByNameFoundsOnceAllHaveSaidThatTheyHaveNoData() {
    Birth birth = birth(ALL, N1, R1);
    rounds(birth, 1);
    assertThat(port.asked).containsExactly("n2", "n3");
    birth.onAnswer(N2, unborn(R1, R2));
    assertThat(port.born).isEmpty();
    assertThat(birth.explain()).contains("waiting for n3").doesNotContain("n2");
    birth.onAnswer(N3, unborn(R1, R3));
    birth.onAnswer(N3, unborn(R1, R3));
    assertThat(port.born).containsExactly("[n1 n2 n3]");
    assertThat(birth.deadlineNanos()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void theOthersWaitToBeToldOfTheFounding() {
    Birth birth = birth(ALL, N2, R2);
    rounds(birth, 1);
    birth.onAnswer(N1, unborn(R2, R1));
    birth.onAnswer(N3, unborn(R2, R3));
    assertThat(port.born).isEmpty();
    assertThat(birth.explain()).isEqualTo("waiting for n1 to found the group");
    birth.onAnswer(
        N1, new BirthAnswer(R2, 0, null, CLUSTER, founding(Birth.FOUNDING_ENTRY, R1, R2, R3)));
    assertThat(port.born).containsExactly("[n1 n2 n3]");
  }

  @Test
  void whoIsNotInTheFirstConfigurationJoins() {
    Birth birth = birth(ALL, N2, new ReplicaId(20));
    birth.onAnswer(N3, new BirthAnswer(new ReplicaId(20), 0, null, CLUSTER, null));
    assertThat(port.born).containsExactly("joins");
  }

  @Test
  void whoOnlyJoinsNeverFounds() {
    Birth birth = birth(plan(BirthPlan.Kind.JOIN, "n2"), N1, R1);
    rounds(birth, 1);
    birth.onAnswer(N2, unborn(R1, R2));
    rounds(birth, 3);
    assertThat(port.born).isEmpty();
    birth.onAnswer(N2, new BirthAnswer(R1, 0, null, CLUSTER, null));
    assertThat(port.born).containsExactly("joins");
  }

  @Test
  void anAnswerToAnEarlierLifeIsDropped() {
    Birth birth = birth(ALL, N1, R1);
    birth.onAnswer(N2, new BirthAnswer(new ReplicaId(10), 0, null, CLUSTER, null));
    assertThat(port.born).isEmpty();
  }

  /** It may have lost its folder meanwhile: its id would be one that nobody has. */
  @Test
  void aFounderThatFellSilentIsAskedAgainBeforeTheFounding() {
    Birth birth = birth(ALL, N1, R1);
    rounds(birth, 1);
    birth.onAnswer(N2, unborn(R1, new ReplicaId(20)));
    rounds(birth, 10);
    birth.onAnswer(N3, unborn(R1, R3));
    assertThat(port.born).isEmpty();
    assertThat(birth.explain()).contains("waiting for n2");
    birth.onAnswer(N2, unborn(R1, R2));
    assertThat(port.born).containsExactly("[n1 n2 n3]");
  }

  @Test
  @DisplayName(
      "who starts founders one by one hears of no group that they have left, but who waits for long does")
  void foundersThatNeverAnswer() {
    Birth birth = birth(ALL, N1, R1);
    rounds(birth, 100);
    birth.onAnswer(N2, unborn(R1, R2));
    assertThat(birth.explain()).endsWith("; waiting for n3");
    rounds(birth, 100);
    assertThat(birth.explain())
        .contains("waiting for n2, n3; if the group exists without them")
        .endsWith("start n1 with join and its members");
    birth.onAnswer(N3, unborn(R1, R3));
    assertThat(birth.explain()).as("it has lost nothing, it is silent").endsWith("waiting for n2");
  }

  @Test
  @DisplayName("who joins through hosts that don't answer for long is told that they may have left")
  void joinedHostsThatNeverAnswer() {
    Birth birth = birth(plan(BirthPlan.Kind.JOIN, "n1", "n2"), N3, R3);
    rounds(birth, 100);
    assertThat(birth.explain()).endsWith("to answer");
    rounds(birth, 100);
    assertThat(birth.explain())
        .endsWith("to answer; if all of these have left it, name present members");
  }

  @Test
  void aFounderWithAnotherListIsNamedAndNotCounted() {
    Birth birth = birth(ALL, N1, R1);
    birth.onAnswer(N3, unborn(R1, R3));
    long otherRules = ALL.withLeases(LeaseRules.permitted(1000, 1)).foundersDigest();
    birth.onAnswer(N2, new BirthAnswer(R1, otherRules, R2, null, null));
    assertThat(port.born).isEmpty();
    assertThat(birth.explain())
        .contains("n2 (was started with other founders or other rules for leases)");
    birth.onAnswer(N2, unborn(R1, R2));
    assertThat(port.born).hasSize(1);
  }

  @Test
  void aFirstEntryThatMakesNoSenseIsNotTaken() {
    Birth birth = birth(ALL, N2, R2);
    List<EntryBatch> nonsense = List.of(
        founding(new EntryId(1, 2), R1, R2, R3),
        founding(Birth.FOUNDING_ENTRY, R1, R3),
        Payloads.single(EntryType.CONFIGURATION, new byte[] {1, 2, 3})
            .place(Birth.FOUNDING_ENTRY, 1),
        Payloads.single(EntryType.COMMAND, new byte[] {1}).place(Birth.FOUNDING_ENTRY, 1));
    for (EntryBatch entry : nonsense) {
      birth.onAnswer(N1, new BirthAnswer(R2, 0, null, CLUSTER, entry));
    }
    assertThat(port.born).isEmpty();
    assertThat(birth.explain()).contains("n1");
  }

  @Test
  void aSingleFounderNeedsNobody() {
    Birth birth = birth(plan(BirthPlan.Kind.BOOTSTRAP, "n1"), N1, R1);
    rounds(birth, 1);
    assertThat(port.born).containsExactly("[n1]");
  }
}
