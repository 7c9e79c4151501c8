package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReplicaRoutesTest {

  private static final HostId N1 = new HostId("n1");
  private static final HostId N2 = new HostId("n2");

  private final ReplicaRoutes routes = new ReplicaRoutes();

  private static Member voter(long replica, HostId host, String address) {
    return Member.voter(new ReplicaId(replica), host, address);
  }

  @Test
  void membersAreWhereTheConfigurationSaysWhateverAMessageClaims() {
    routes.configure(Configuration.of(List.of(voter(1, N1, "a"))));
    routes.heardFrom(new ReplicaId(1), N2);
    assertThat(routes.hostOf(new ReplicaId(1))).isEqualTo(N1);
  }

  @Test
  void aStrangerIsWhereItWasHeardLast() {
    assertThat(routes.hostOf(new ReplicaId(5))).isNull();
    routes.heardFrom(new ReplicaId(5), N1);
    routes.heardFrom(new ReplicaId(5), N2);
    assertThat(routes.hostOf(new ReplicaId(5))).isEqualTo(N2);
  }

  @Test
  void onlySoManyStrangersAreRemembered() {
    for (int i = 1; i <= 1000; i++) {
      routes.heardFrom(new ReplicaId(i), N1);
    }
    assertThat(routes.hostOf(new ReplicaId(1))).isNull();
    assertThat(routes.hostOf(new ReplicaId(1000))).isEqualTo(N1);
  }

  /** Whatever the order of the ids: the host must be reached where it listens now. */
  @Test
  void whileAReplicaIsReplacedTheNewOnesAddressHolds() {
    for (long[] ids : new long[][] {{1, 2}, {2, 1}}) {
      Configuration before = Configuration.of(List.of(voter(ids[0], N1, "old"), voter(9, N2, "b")));
      Configuration learning = before.with(Member.learner(new ReplicaId(ids[1]), N1, "new"));
      Configuration joint = learning.jointTowards(
          learning.with(voter(ids[1], N1, "new")).without(new ReplicaId(ids[0])), 7);
      assertThat(ReplicaRoutes.addressesIn(before)).isEqualTo(Map.of(N1, "old", N2, "b"));
      assertThat(ReplicaRoutes.addressesIn(learning)).isEqualTo(Map.of(N1, "new", N2, "b"));
      assertThat(ReplicaRoutes.addressesIn(joint)).isEqualTo(Map.of(N1, "new", N2, "b"));
    }
  }
}
