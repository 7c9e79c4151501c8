package io.github.balsaraft.transport.netty;

import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.HostId;
import org.jspecify.annotations.Nullable;

/** Who talks to whom. Both sides judge, each with what it knows. */
final class HandshakeRules {

  /** The protocol versions that this library speaks. */
  static final int NEWEST_VERSION = 1;

  static final int OLDEST_VERSION = 1;

  private HandshakeRules() {}

  /** The dialled side's judgement; null if it listens. */
  static @Nullable Refusal judge(Hello hello, Identity self) {
    if (hello.newestVersion() < OLDEST_VERSION || hello.oldestVersion() > NEWEST_VERSION) {
      return new Refusal(
          RefusalReason.VERSION,
          "protocol versions " + hello.oldestVersion() + " to " + hello.newestVersion()
              + " where this host speaks " + OLDEST_VERSION + " to " + NEWEST_VERSION);
    }
    if (!hello.wanted().equals(self.host().host())) {
      return wrongHost(hello.wanted(), self.host().host());
    }
    // A host that dials itself is odd but sound; then even the run is the same.
    if (hello.self().host().host().equals(self.host().host()) && hello.self().run() != self.run()) {
      return nameTaken(self.host().host(), "");
    }
    return judgeClusters(self, hello.self());
  }

  /** Another process has the host id of the one that dialled. */
  static Refusal nameTaken(HostId host, String detail) {
    return new Refusal(
        RefusalReason.NAME_TAKEN,
        "two processes use the host id " + host + ": give each its own" + detail);
  }

  /** The dialling side's judgement of an answer; null if it may send. */
  static @Nullable Refusal judge(Answer answer, Identity self, HostId wanted) {
    if (answer.refusal() != null) {
      return answer.refusal();
    }
    if (answer.version() < OLDEST_VERSION || answer.version() > NEWEST_VERSION) {
      return new Refusal(RefusalReason.VERSION, "it chose protocol version " + answer.version());
    }
    if (!answer.self().host().host().equals(wanted)) {
      return wrongHost(wanted, answer.self().host().host());
    }
    return judgeClusters(self, answer.self());
  }

  private static Refusal wrongHost(HostId wanted, HostId there) {
    return new Refusal(
        RefusalReason.WRONG_HOST, "host " + wanted + " was dialled, and " + there + " answers");
  }

  private static @Nullable Refusal judgeClusters(Identity self, Identity peer) {
    ClusterIdentity ours = self.host().cluster();
    ClusterIdentity theirs = peer.host().cluster();
    // A host without a cluster is let in: it has to be born somewhere.
    if (ours == null || theirs == null || ours.equals(theirs)) {
      return null;
    }
    return new Refusal(
        ours.id() == theirs.id() ? RefusalReason.WRONG_EPOCH : RefusalReason.WRONG_CLUSTER,
        "host " + self.host().host() + " belongs to cluster " + ours + ", host "
            + peer.host().host() + " to " + theirs);
  }
}
