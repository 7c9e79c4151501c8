package io.github.balsaraft.examples.kv.server;

import io.github.balsaraft.api.AnswerTooLargeException;
import io.github.balsaraft.api.CommandTooLargeException;
import io.github.balsaraft.api.NodeFailedException;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.api.NodeStatus.Peer;
import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.api.ShuttingDownException;
import io.github.balsaraft.examples.kv.command.HashSlot;
import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.state.Bytes;
import io.github.balsaraft.examples.kv.state.Operation;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns the failures of Raft into errors of the protocol. One promise is kept here: an error begins with UNKNOWN if
 * the command may have been executed or may still be, and with EXECUTED only if it certainly was.
 *
 * <table>
 * <caption>What each error means</caption>
 * <tr><th>code</th><th>executed?</th><th>what a client does</th></tr>
 * <tr><td>CLUSTERDOWN</td><td>no</td><td>waits for members to come back</td></tr>
 * <tr><td>TRYAGAIN</td><td>no</td><td>tries again soon, or at another member</td></tr>
 * <tr><td>MOVED</td><td>no</td><td>goes to the address in it</td></tr>
 * <tr><td>ERR</td><td>no</td><td>changes the command</td></tr>
 * <tr><td>EXECUTED</td><td>yes</td><td>reads what it has done</td></tr>
 * <tr><td>UNKNOWN</td><td>perhaps</td><td>reads and decides</td></tr>
 * </table>
 */
final class Failures {

  static final Reply SHUTTING_DOWN =
      new Reply.Failure("TRYAGAIN this server is shutting down; use another one");

  private final KvBackend backend;
  private final ServerSettings settings;
  private final Function<String, Optional<String>> clientAddress;
  private final LongSupplier uptimeNanos;

  Failures(
      KvBackend backend,
      ServerSettings settings,
      Function<String, Optional<String>> clientAddress,
      LongSupplier uptimeNanos) {
    this.clientAddress = clientAddress;
    this.backend = backend;
    this.settings = settings;
    this.uptimeNanos = uptimeNanos;
  }

  /** Where to send clients, if this server redirects and somebody else leads. */
  Optional<String> redirection() {
    if (!settings.redirect()) {
      return Optional.empty();
    }
    NodeStatus status = backend.status();
    return status.role() == Role.LEADER
        ? Optional.empty()
        : addressOf(status.leader().orElse(null));
  }

  /** Sends a client to another member because of a key. */
  static Reply moved(Bytes key, String address) {
    return new Reply.Failure("MOVED " + HashSlot.of(key) + " " + address);
  }

  /** What to answer to the operations of a run that failed. */
  FailedRun failed(Throwable failure, Run run) {
    Throwable cause = unwrap(failure);
    // Not to whom the refusal names: to the successor that is being made, which would send it back.
    String moved = cause instanceof NotLeaderException ? redirection().orElse(null) : null;
    if (!run.isProposed()) {
      return new FailedRun(readFailure(cause), moved, null);
    }
    Reply certain = certainFailure(cause);
    if (certain != null) {
      return new FailedRun(certain, moved, null);
    }
    if (cause instanceof AnswerTooLargeException) {
      return withoutAnswers(messageOf(cause), run);
    }
    return new FailedRun(
        new Reply.Failure("UNKNOWN the command may or may not be executed: " + messageOf(cause)),
        null,
        new Reply.Failure("TRYAGAIN the read was not answered, and a write before it neither"));
  }

  /** The entry was applied. Whether that has executed all of a run, or how much of it, only its answers would say. */
  private static FailedRun withoutAnswers(String why, Run run) {
    return new FailedRun(
        new Reply.Failure(
            run.isExecutedOnceApplied()
                ? "EXECUTED " + why
                : "UNKNOWN the command may or may not be executed, and what would say so is lost. Of its entry in the log: "
                    + why),
        null,
        new Reply.Failure(
            "TRYAGAIN the read was not answered: all answers together are too long; send it alone"));
  }

  /**
   * The replies for a run of operations that failed together.
   *
   * @param reply the error
   * @param movedTo where to send clients instead, or null
   * @param toReads the error for reads that rode along with writes which may have been executed; null if none was. They have no effect, so that
   *     their outcome is certain: they weren't answered
   */
  record FailedRun(
      Reply reply, @Nullable String movedTo, @Nullable Reply toReads) {

    Reply replyTo(Operation operation) {
      if (movedTo != null && !operation.keys().isEmpty()) {
        return moved(operation.keys().get(0), movedTo);
      }
      return toReads != null && !operation.isWrite() ? toReads : reply;
    }
  }

  /** The error if it is certain that nothing was appended, or null. */
  private @Nullable Reply certainFailure(Throwable cause) {
    if (cause instanceof NotLeaderException notLeader) {
      return noLeader(backend.status(), notLeader.leader().isPresent(), messageOf(cause));
    } else if (cause instanceof OverloadedException) {
      return new Reply.Failure("TRYAGAIN overloaded: " + messageOf(cause));
    } else if (cause instanceof ShuttingDownException) {
      return SHUTTING_DOWN;
    } else if (cause instanceof CommandTooLargeException) {
      return new Reply.Failure("ERR " + messageOf(cause) + " (see --max-value)");
    } else if (cause instanceof NodeFailedException) {
      return nodeFailed(messageOf(cause));
    } else if (cause instanceof NotAppendedException) {
      return new Reply.Failure("TRYAGAIN " + messageOf(cause));
    }
    return null;
  }

  private Reply readFailure(Throwable cause) {
    if (cause instanceof ReadNotServedException) {
      return noLeader(backend.status(), false, messageOf(cause));
    }
    Reply certain = certainFailure(cause);
    return certain != null
        ? certain
        : new Reply.Failure("ERR the read failed: " + messageOf(cause));
  }

  private static Reply nodeFailed(String why) {
    return new Reply.Failure(
        "CLUSTERDOWN this server has stopped taking part, use another one: " + why);
  }

  /**
   * Nobody took the command: is that about to change, or does it need an operator?
   *
   * @param status decides and explains, so that the answer doesn't contradict itself
   * @param leaderKnown whether a leader was known when the command was refused
   */
  private Reply noLeader(NodeStatus status, boolean leaderKnown, String reason) {
    if (status.health() == Health.FAILED) {
      return nodeFailed(status.healthDetail());
    }
    if (status.health() == Health.CLOSED) {
      return SHUTTING_DOWN;
    }
    if (status.health() == Health.RECOVERING) {
      return new Reply.Failure(
          "CLUSTERDOWN this server takes no part yet, use another one: " + status.explanation());
    }
    if (status.removedAt() > 0) {
      return new Reply.Failure("CLUSTERDOWN this server was removed from the cluster at index "
          + status.removedAt() + "; use another one");
    }
    if (status.leader().isEmpty() && (!quorumInReach(status) || waitedLong(status))) {
      return new Reply.Failure("CLUSTERDOWN no quorum: " + status.explanation());
    }
    return new Reply.Failure(
        leaderKnown || status.leader().isPresent()
            ? "TRYAGAIN the leader did not take it: " + reason
            : "TRYAGAIN an election is under way: " + status.explanation());
  }

  private boolean waitedLong(NodeStatus status) {
    Duration up = Duration.ofNanos(uptimeNanos.getAsLong());
    Duration since = status.sinceLeaderContact().orElse(up);
    return since.compareTo(settings.patience()) > 0;
  }

  /**
   * By connections, and by silence: a member that was paused keeps its connections. One that a server which has just
   * started hasn't reached yet still counts, else it would call everybody missing.
   */
  private boolean quorumInReach(NodeStatus status) {
    if (status.configuration().isEmpty()) {
      return false;
    }
    boolean justStarted = status.sinceLeaderContact().isEmpty();
    Set<ReplicaId> reached = new HashSet<>();
    reached.add(status.replica());
    for (Peer peer : status.peers()) {
      if (switch (peer.connection().state()) {
        case CONNECTED -> !isSilent(peer);
        case UNKNOWN, CONNECTING -> justStarted;
        case UNREACHABLE, REFUSED -> false;
      }) {
        reached.add(peer.replica());
      }
    }
    List<ReplicaId> outgoing = status.configuration().outgoingVoters();
    return isMajority(reached, status.configuration().incomingVoters())
        && (outgoing.isEmpty() || isMajority(reached, outgoing));
  }

  private boolean isSilent(Peer peer) {
    return peer.sinceContact()
        .filter(silence -> silence.compareTo(settings.patience()) >= 0)
        .isPresent();
  }

  private static boolean isMajority(Set<ReplicaId> reached, Collection<ReplicaId> voters) {
    return voters.stream().filter(reached::contains).count() > voters.size() / 2;
  }

  private Optional<String> addressOf(@Nullable HostId host) {
    return host == null ? Optional.empty() : clientAddress.apply(host.name());
  }

  private static String messageOf(Throwable cause) {
    return Objects.requireNonNullElseGet(cause.getMessage(), cause::toString);
  }

  private static Throwable unwrap(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }
}
