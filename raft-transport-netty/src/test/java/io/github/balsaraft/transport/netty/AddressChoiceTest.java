package io.github.balsaraft.transport.netty;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.TransportTestHost;
import io.github.balsaraft.transport.PeerConnection.State;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientAnswer;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientOutcome;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Names with several addresses, of which some lead nowhere. */
@ExtendWith(NoLeaks.class)
class AddressChoiceTest extends NettyHosts {

  private static final InetSocketAddress A = at(1);
  private static final InetSocketAddress B = at(2);
  private static final InetSocketAddress C = at(3);

  private final AddressChoice choice = new AddressChoice();

  private static InetSocketAddress at(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private static AddressResolver behindEveryName(List<InetSocketAddress> addresses) {
    return new AddressResolver() {
      @Override
      public InetSocketAddress resolve(HostId peer, String address) {
        throw new AssertionError("all of them are asked for");
      }

      @Override
      public List<InetSocketAddress> resolveAll(HostId peer, String address) {
        return addresses;
      }
    };
  }

  @Test
  void afterAFailureTheNextIsTriedRoundAndRound() {
    List<InetSocketAddress> found = List.of(A, B, C);
    for (InetSocketAddress expected : List.of(A, B, C, A)) {
      assertThat(choice.choose(found)).isEqualTo(expected);
      choice.failed();
    }
  }

  @Test
  void whereItWasConnectedIsTriedFirstInWhateverOrderTheNamesCome() {
    choice.choose(List.of(A, B));
    choice.failed();
    assertThat(choice.choose(List.of(A, B))).isEqualTo(B);
    choice.connected();
    assertThat(choice.choose(List.of(C, A, B))).isEqualTo(B);
    assertThat(choice.choose(List.of(C, A))).as("it has moved").isEqualTo(C);
  }

  @Test
  void aNameThatIsNotFoundSaysNothingOfTheAddressBefore() {
    choice.choose(List.of(A, B));
    choice.connected();
    // Lost, and then the lookup fails.
    choice.failed();
    assertThat(choice.choose(List.of(A, B))).isEqualTo(A);
  }

  /** Else a wrong address beside the right one would be taken for the death of a process. */
  @Test
  void aRefusalCountsWhereThePeerWasOrIfItCanBeNowhereElse() {
    choice.choose(List.of(A));
    assertThat(choice.isWhereItWas()).isTrue();
    choice.choose(List.of(A, B));
    assertThat(choice.isWhereItWas()).isFalse();
    choice.connected();
    choice.choose(List.of(A, B));
    assertThat(choice.isWhereItWas()).isTrue();
    choice.failed();
    choice.choose(List.of(A, B));
    assertThat(choice.isWhereItWas()).isFalse();
  }

  @Test
  void aPeerIsFoundAtAnotherAddressOfItsNameAndItsDeathIsNoticedThere() throws Exception {
    ServerSocket server = listen();
    AddressResolver resolver = behindEveryName(List.of(at(freePort()), at(server.getLocalPort())));
    TransportTestHost a = host("n1", settings().resolver(resolver));
    a.transport().setRoute(PEER, "somewhere:1");
    RawPeer control = acceptControlLane(server);
    a.receiver().await("both lanes", () -> stats(a).connects() == 2);
    assertThat(a.receiver().gone()).isEmpty();
    server.close();
    control.reset();
    a.receiver().await("the hint", () -> !a.receiver().gone().isEmpty());
  }

  /** Whether a connection still leads to somebody is seen where it leads, wherever the name leads by now. */
  @Test
  void aConnectionInDoubtIsTriedWhereItLeads() throws Exception {
    ServerSocket server = listen();
    AtomicInteger port = new AtomicInteger(server.getLocalPort());
    TransportTestHost a = host("n1", settings().resolver((peer, address) -> at(port.get())));
    a.transport().setRoute(PEER, "somewhere:1");
    acceptControlLane(server);
    a.receiver().await("both lanes", () -> stats(a).connects() == 2);
    port.set(freePort());
    try (RawPeer lost = RawPeer.dial(a.transport().localAddress())) {
      lost.hello(PEER.name(), "n1", LaneKind.CONTROL);
      assertThat(lost.answer()).isNotNull();
      lost.reset();
    }
    acceptFrom(server).awaitClosed();
    assertThat(a.transport().connection(PEER).state()).isEqualTo(State.CONNECTED);
    assertThat(a.receiver().gone()).isEmpty();
  }

  @Test
  void aClientFindsAMemberAtAnotherAddressOfItsName() throws Exception {
    ServerSocket server = listen();
    FakeMember member = new FakeMember(
        server, request -> ClientAnswer.newBuilder().setOutcome(ClientOutcome.CLIENT_OUTCOME_DONE));
    List<InetSocketAddress> addresses = List.of(at(freePort()), at(server.getLocalPort()));
    try (RaftClient client = RaftClient.builder()
        .members("somewhere:1")
        .resolver(address -> addresses)
        .connect()) {
      assertThat(client.query(bytes("a")).get(60, SECONDS)).isEmpty();
      assertThat(member.asked(bytes("a"))).isPositive();
    }
  }
}
