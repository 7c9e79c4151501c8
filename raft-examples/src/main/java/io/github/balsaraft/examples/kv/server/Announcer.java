package io.github.balsaraft.examples.kv.server;

import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.examples.kv.state.Batch;
import io.github.balsaraft.examples.kv.state.Bytes;
import io.github.balsaraft.examples.kv.state.KvStateMachine;
import io.github.balsaraft.examples.kv.state.Operation;
import io.github.balsaraft.model.Role;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the cluster where clients reach this server, through the log, so that all know it, also those whose {@code --cluster} is
 * older than this server. Used by one thread.
 */
final class Announcer {

  private static final Logger LOG = LoggerFactory.getLogger(Announcer.class);

  private static final int MAX_ANSWER_BYTES = 16;

  private final KvBackend backend;
  private final KvStateMachine state;
  private final ServerSettings settings;

  /** The last announcement: another one has to wait for its end. */
  private CompletableFuture<?> last = CompletableFuture.completedFuture(null);

  Announcer(KvBackend backend, KvStateMachine state, ServerSettings settings) {
    this.backend = backend;
    this.state = state;
    this.settings = settings;
  }

  /** Announces the address, if the cluster has it otherwise. Called again and again: what fails is tried again. */
  void step() {
    NodeStatus status = backend.status();
    String host = status.host().name();
    String address = settings.clientAddresses().get(host);
    // A follower that redirects doesn't pass proposals on. It announces itself when it leads, and
    // not before it has to be found.
    boolean mayPropose =
        status.role() == Role.LEADER || (!settings.redirect() && status.leader().isPresent());
    boolean isMember = !status.configuration().membersOn(status.host()).isEmpty();
    if (!last.isDone()
        || address == null
        || !mayPropose
        || !isMember
        || state.clientAddress(host).equals(Optional.of(address))) {
      return;
    }
    Operation announcement = new Operation.Announce(Bytes.of(host), Bytes.of(address));
    last = backend.propose(new Batch(List.of(announcement), MAX_ANSWER_BYTES).encode(128));
    var unused = last.whenComplete((answer, failure) -> {
      if (failure != null) {
        LOG.debug("{} could not be announced yet", address, failure);
      }
    });
  }
}
