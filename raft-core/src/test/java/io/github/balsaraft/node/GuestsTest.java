package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.ReplicaId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Whoever asks gets a way back for as long as it asks, and nobody can make this replica keep many. */
class GuestsTest {

  private static final HostId N4 = new HostId("n4");
  private static final HostId N5 = new HostId("n5");
  private static final ReplicaId REPLICA = new ReplicaId(4);

  private final TreeMap<HostId, String> open = new TreeMap<>();
  private final List<String> calls = new ArrayList<>();

  private final Guests guests = new Guests(new Guests.Routes() {
    @Override
    public void open(HostId host, String address) {
      open.put(host, address);
      calls.add("open " + host + " " + address);
    }

    @Override
    public void close(HostId host) {
      assertThat(open.remove(host)).as("%s was open", host).isNotNull();
      calls.add("close " + host);
    }
  });

  @Test
  void aWayIsOpenedOnceForEachAddress() {
    guests.heard(N4, "a:1", null, 1);
    guests.heard(N4, "a:1", null, 2);
    guests.heard(N4, "b:1", null, 3);
    assertThat(calls).containsExactly("open n4 a:1", "open n4 b:1");
  }

  @Test
  void addressesThatAreNoneAreIgnored() {
    guests.heard(N4, "", null, 1);
    guests.heard(N4, "  ", null, 1);
    guests.heard(N4, "x".repeat(256), null, 1);
    assertThat(calls).isEmpty();
    guests.heard(N4, "x".repeat(255), null, 1);
    assertThat(open).containsKey(N4);
  }

  @Test
  void whoFallsSilentIsForgottenAfterAWhileAndItsWayEnds() {
    guests.heard(N4, "a:1", null, 0);
    guests.heard(N5, "b:1", null, 5);
    assertThat(guests.deadlineNanos()).isEqualTo(Guests.FORGET_AFTER_NANOS);
    guests.forgetSilent(Guests.FORGET_AFTER_NANOS - 1);
    assertThat(open).hasSize(2);
    guests.forgetSilent(Guests.FORGET_AFTER_NANOS);
    assertThat(open).containsOnlyKeys(N5);
    assertThat(guests.deadlineNanos()).isEqualTo(5 + Guests.FORGET_AFTER_NANOS);
    guests.forgetSilent(5 + Guests.FORGET_AFTER_NANOS);
    assertThat(open).isEmpty();
    assertThat(guests.deadlineNanos()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void whoAsksAgainIsNotForgotten() {
    guests.heard(N4, "a:1", null, 0);
    guests.heard(N4, "a:1", null, 7);
    guests.forgetSilent(Guests.FORGET_AFTER_NANOS);
    assertThat(open).containsKey(N4);
  }

  @Test
  void thereAreNeverManyAndTheSilentOnesMakeRoom() {
    for (int i = 0; i < Guests.MAX_GUESTS + 10; i++) {
      guests.heard(new HostId("h" + i), "a:1", null, i);
    }
    assertThat(open).hasSize(Guests.MAX_GUESTS).doesNotContainKey(new HostId("h64"));
    // One that is known is heard all the same.
    guests.heard(new HostId("h0"), "moved:1", null, 100);
    assertThat(open).containsEntry(new HostId("h0"), "moved:1");
    guests.heard(N4, "a:1", null, 1 + Guests.FORGET_AFTER_NANOS);
    assertThat(open).containsKey(N4).doesNotContainKey(new HostId("h1")).hasSize(64);
  }

  @Test
  void onlyReplicasAskToBeLetInAndAreListedByHost() {
    guests.heard(N5, "b:1", new ReplicaId(5), 1);
    guests.heard(N4, "a:1", null, 1);
    assertThat(guests.asking(N4)).isNull();
    assertThat(guests.asking(new HostId("n9"))).isNull();
    guests.heard(N4, "a:1", REPLICA, 2);
    assertThat(guests.asking()).extracting(Guests.Guest::host).containsExactly(N4, N5);
    // The same host also asks where the group was born.
    guests.heard(N4, "a:1", null, 3);
    assertThat(guests.asking(N4)).isEqualTo(new Guests.Guest(N4, "a:1", REPLICA, 3));
  }

  @Test
  void whoBecomesAMemberIsNoGuestAndKeepsItsWay() {
    guests.heard(N4, "a:1", REPLICA, 1);
    guests.heard(N5, "b:1", null, 1);
    guests.settled(N4::equals);
    assertThat(guests.asking()).isEmpty();
    guests.forgetSilent(Guests.FORGET_AFTER_NANOS * 2);
    assertThat(calls).containsExactly("open n4 a:1", "open n5 b:1", "close n5");
  }
}
