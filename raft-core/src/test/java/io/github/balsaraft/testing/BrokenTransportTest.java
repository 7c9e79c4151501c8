package io.github.balsaraft.testing;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.transport.LocalNetwork;
import io.github.balsaraft.transport.PeerConnection;
import io.github.balsaraft.transport.Transport;
import io.github.balsaraft.transport.TransportException;
import io.github.balsaraft.transport.TransportReceiver;
import io.github.balsaraft.transport.UnreadableEntries;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The suite for transports passes none of these, each of which is wrong in one way. */
class BrokenTransportTest {

  private static void assertFound(
      Supplier<Broken> transports, Consumer<? super TransportContract> test) {
    try (Suite suite = new Suite(transports)) {
      assertThatThrownBy(() -> test.accept(suite)).isInstanceOf(AssertionError.class);
    }
  }

  @Test
  void aSenderThatIsSaidToBeAnotherIsFound() {
    assertFound(
        () -> new Broken() {
          @Override
          HostRecord sender(HostRecord from) {
            return new HostRecord(from.host(), from.incarnation() + 1, from.cluster());
          }
        },
        TransportContract::deliversWithTheSendersIdentity);
  }

  @Test
  void aStateThatIsNeverKnownIsFound() {
    assertFound(
        () -> new Broken() {
          @Override
          public PeerConnection connection(HostId peer) {
            return new PeerConnection(PeerConnection.State.UNKNOWN, "");
          }
        },
        TransportContract::deliversWithTheSendersIdentity);
  }

  @Test
  void aMessageThatBecomesAnotherIsFound() {
    assertFound(
        () -> new Broken() {
          @Override
          List<GroupMessage> delivered(List<GroupMessage> messages) {
            return messages.stream()
                .map(one -> one.message().isBulk()
                    ? new GroupMessage(one.group(), SampleMessages.heartbeat(1))
                    : one)
                .toList();
          }
        },
        TransportContract::everyKindOfMessageSurvivesUnchanged);
  }

  @Test
  void aSecondStartIsFound() {
    assertFound(
        () -> new Broken() {
          private boolean started;

          @Override
          public void start(Supplier<HostRecord> self, TransportReceiver receiver) {
            if (!started) {
              started = true;
              super.start(self, receiver);
            }
          }
        },
        TransportContract::startsOnce);
  }

  @Test
  void aSecondHostAtAnAddressIsFound() {
    LocalNetwork other = new LocalNetwork();
    assertFound(
        () -> new Broken() {
          @Override
          public void start(Supplier<HostRecord> self, TransportReceiver receiver) {
            try {
              super.start(self, receiver);
            } catch (TransportException e) {
              real = other.transport(localAddress());
              super.start(self, receiver);
            }
          }
        },
        TransportContract::addressThatAnotherHasIsRefusedWithOneLine);
  }

  @Test
  void aLargeMessageThatTakesTheOthersWithItIsFound() {
    assertFound(
        () -> new Broken() {
          @Override
          List<GroupMessage> delivered(List<GroupMessage> messages) {
            return messages.stream().anyMatch(one -> one.message() instanceof AppendEntries)
                ? List.of()
                : messages;
          }
        },
        TransportContract::messageThatIsTooLargeDoesNoHarmToOthers);
  }

  /** The suite, with tests that are called one by one. */
  private static final class Suite extends TransportContract implements AutoCloseable {
    private final Supplier<Broken> transports;
    private final LocalNetwork network = new LocalNetwork();

    Suite(Supplier<Broken> transports) {
      this.transports = transports;
    }

    @Override
    protected Transport newTransport(long maxQueuedBytesPerPeer) {
      Broken made = transports.get();
      made.real = network.transport();
      return made;
    }

    @Override
    protected Transport newTransportAt(String address) {
      Broken made = transports.get();
      made.real = network.transport(address);
      return made;
    }

    @Override
    public void close() {
      closeHostsAndCheckTheirReceivers();
    }
  }

  /** A transport that is right, but for what a test does to it. */
  private static class Broken implements Transport {
    @SuppressWarnings("NullAway.Init")
    Transport real;

    HostRecord sender(HostRecord from) {
      return from;
    }

    List<GroupMessage> delivered(List<GroupMessage> messages) {
      return messages;
    }

    @Override
    public void start(Supplier<HostRecord> self, TransportReceiver receiver) {
      real.start(self, new TransportReceiver() {
        @Override
        public void onMessages(HostRecord from, List<GroupMessage> messages) {
          receiver.onMessages(sender(from), delivered(messages));
        }

        @Override
        public void onUnreadableEntries(HostRecord from, UnreadableEntries entries) {
          receiver.onUnreadableEntries(from, entries);
        }

        @Override
        public void onPeerGone(HostId peer) {
          receiver.onPeerGone(peer);
        }

        @Override
        public void onWritabilityChanged(HostId peer, boolean writable) {
          receiver.onWritabilityChanged(peer, writable);
        }
      });
    }

    @Override
    public void identityChanged() {
      real.identityChanged();
    }

    @Override
    public String localAddress() {
      return real.localAddress();
    }

    @Override
    public void setRoute(HostId peer, String address) {
      real.setRoute(peer, address);
    }

    @Override
    public void removeRoute(HostId peer) {
      real.removeRoute(peer);
    }

    @Override
    public void send(HostId to, List<GroupMessage> messages) {
      real.send(to, messages);
    }

    @Override
    public PeerConnection connection(HostId peer) {
      return real.connection(peer);
    }

    @Override
    public void close() {
      real.close();
    }
  }

  /** What makes the other tests mean something: the same suite has nothing against one that is right. */
  @Test
  void oneThatIsRightPasses() {
    try (Suite suite = new Suite(Broken::new)) {
      suite.deliversWithTheSendersIdentity();
    }
    try (Suite suite = new Suite(Broken::new)) {
      suite.everyKindOfMessageSurvivesUnchanged();
    }
    try (Suite suite = new Suite(Broken::new)) {
      suite.startsOnce();
    }
    try (Suite suite = new Suite(Broken::new)) {
      suite.addressThatAnotherHasIsRefusedWithOneLine();
    }
    try (Suite suite = new Suite(Broken::new)) {
      suite.messageThatIsTooLargeDoesNoHarmToOthers();
    }
  }
}
