package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.testing.TransportTestHost;
import io.github.balsaraft.transport.LocalNetwork;
import io.github.balsaraft.transport.PeerConnection.State;
import org.junit.jupiter.api.Test;

/** A transport keeps its routes connected, so those that nobody needs have to go. */
class HostRoutesTest {

  private static final GroupId FIRST = new GroupId(1);
  private static final GroupId SECOND = new GroupId(2);

  private final LocalNetwork network = new LocalNetwork();

  private TransportTestHost host(String name) {
    HostRecord record = new HostRecord(new HostId(name), 1, null);
    return new TransportTestHost(record, network.transport("at-" + name));
  }

  @Test
  void aRouteStandsAsLongAsAGroupNeedsIt() {
    try (TransportTestHost self = host("n1");
        TransportTestHost shared = host("n2");
        TransportTestHost alone = host("n3")) {
      HostRoutes routes = new HostRoutes(self.transport());
      routes.set(FIRST, shared.id(), "at-n2");
      routes.set(FIRST, alone.id(), "at-n3");
      routes.set(SECOND, shared.id(), "at-n2");
      routes.set(SECOND, shared.id(), "at-n2");
      assertThat(state(self, shared)).isEqualTo(State.CONNECTED);
      assertThat(state(self, alone)).isEqualTo(State.CONNECTED);
      routes.release(FIRST);
      routes.release(FIRST);
      assertThat(state(self, shared)).isEqualTo(State.CONNECTED);
      assertThat(state(self, alone)).isEqualTo(State.UNKNOWN);
      routes.release(SECOND);
      assertThat(state(self, shared)).isEqualTo(State.UNKNOWN);
    }
  }

  private static State state(TransportTestHost self, TransportTestHost peer) {
    return self.transport().connection(peer.id()).state();
  }
}
