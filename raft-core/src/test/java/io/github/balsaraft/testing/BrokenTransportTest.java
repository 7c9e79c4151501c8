package io.github.balsaraft.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.transport.ForwardingTransport;
import io.github.balsaraft.transport.LocalNetwork;
import io.github.balsaraft.transport.PeerConnection;
import io.github.balsaraft.transport.Transport;
import io.github.balsaraft.transport.TransportException;
import io.github.balsaraft.transport.TransportReceiver;
import io.github.balsaraft.transport.UnreadableEntries;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The suite for transports passes none of these, each of which is wrong in one way. */
class BrokenTransportTest {

  private static void assertFound(
      Function<Transport, Broken> transports, Consumer<? super TransportContract> test) {
    try (Suite suite = new Suite(transports)) {
      assertThatThrownBy(() -> test.accept(suite)).isInstanceOf(AssertionError.class);
    }
  }

  @Test
  void aSenderThatIsSaidToBeAnotherIsFound() {
    assertFound(
        real -> new Broken(real) {
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
        real -> new Broken(real) {
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
        real -> new Broken(real) {
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
        real -> new Broken(real) {
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
        real -> new Broken(real) {
          @Override
          public void start(Supplier<HostRecord> self, TransportReceiver receiver) {
            try {
              super.start(self, receiver);
            } catch (TransportException e) {
              replace(other.transport(localAddress()));
              super.start(self, receiver);
            }
          }
        },
        TransportContract::addressThatAnotherHasIsRefusedWithOneLine);
  }

  @Test
  void aMessageOfAClosedTransportIsFound() {
    assertFound(
        real -> new Broken(real) {
          @Override
          public void close() {
            // It goes on.
          }
        },
        TransportContract::closedTransportTakesCallsWithoutEffect);
  }

  /** The suite waits for half a minute. None of that is needed: who sends again so often waits for what never comes. */
  @Test
  void aLargeMessageThatTakesTheOthersWithItIsFound() {
    AtomicInteger sent = new AtomicInteger();
    Function<Transport, Broken> transports = real -> new Broken(real) {
      @Override
      public void send(HostId to, List<GroupMessage> messages) {
        super.send(to, messages);
        if (messages.stream().anyMatch(one -> one.message() instanceof AppendEntries)
            && sent.incrementAndGet() == 20) {
          Thread.currentThread().interrupt();
        }
      }

      @Override
      List<GroupMessage> delivered(List<GroupMessage> messages) {
        return messages.stream().anyMatch(one -> one.message() instanceof AppendEntries)
            ? List.of()
            : messages;
      }
    };
    try (Suite suite = new Suite(transports)) {
      assertThatThrownBy(suite::messageThatIsTooLargeDoesNoHarmToOthers)
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("interrupted while waiting");
      assertThat(Thread.interrupted()).as("nobody else is to end by it").isTrue();
    }
  }

  /** The suite, with tests that are called one by one. */
  private static final class Suite extends TransportContract implements AutoCloseable {
    private final Function<Transport, Broken> transports;
    private final LocalNetwork network = new LocalNetwork();
    private int hosts;

    Suite(Function<Transport, Broken> transports) {
      this.transports = transports;
    }

    @Override
    protected Transport newTransport(long maxQueuedBytesPerPeer) {
      return transports.apply(network.transport("host-" + hosts++));
    }

    @Override
    protected Transport newTransportAt(String address) {
      return transports.apply(network.transport(address));
    }

    @Override
    public void close() {
      closeHostsAndCheckTheirReceivers();
    }
  }

  /** A transport that is right, but for what a test does to it. */
  private static class Broken extends ForwardingTransport {
    Broken(Transport real) {
      super(real);
    }

    HostRecord sender(HostRecord from) {
      return from;
    }

    List<GroupMessage> delivered(List<GroupMessage> messages) {
      return messages;
    }

    @Override
    public void start(Supplier<HostRecord> self, TransportReceiver receiver) {
      super.start(self, new TransportReceiver() {
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
      suite.closedTransportTakesCallsWithoutEffect();
    }
    try (Suite suite = new Suite(Broken::new)) {
      suite.addressThatAnotherHasIsRefusedWithOneLine();
    }
    try (Suite suite = new Suite(Broken::new)) {
      suite.messageThatIsTooLargeDoesNoHarmToOthers();
    }
  }
}
