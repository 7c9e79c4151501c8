package io.github.balsaraft.examples.kv.command;

import io.github.balsaraft.api.ChangeFailedException;
import io.github.balsaraft.api.ChangePreview;
import io.github.balsaraft.api.ChangeResult;
import io.github.balsaraft.api.MembershipView;
import io.github.balsaraft.api.NodeFailedException;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.RaftException;
import io.github.balsaraft.api.ShuttingDownException;
import io.github.balsaraft.api.SnapshotStatus;
import io.github.balsaraft.api.TransferFailedException;
import io.github.balsaraft.api.TransferFailedException.Failure;
import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The answers of RAFT, as docs/kv.md has them. */
final class RaftReplies {

  private RaftReplies() {}

  /** Writes what a look at the members shows. */
  @FunctionalInterface
  interface Writer {
    Reply write(MembershipView look, ServerView server);
  }

  /** Names and values, one after the other. */
  private static final class Fields {
    private final List<Reply> replies = new ArrayList<>();

    Fields add(String name, Object value) {
      replies.add(Reply.Bulk.of(name));
      replies.add(Reply.Bulk.of(value.toString()));
      return this;
    }

    Reply reply() {
      return new Reply.Array(replies);
    }
  }

  /** One at a time: that of the start comes first. */
  private static Optional<SnapshotStatus.Fetching> fetching(SnapshotStatus snapshots) {
    return snapshots
        .restoring()
        .map(restoring -> new SnapshotStatus.Fetching(
            Optional.empty(),
            restoring.bytes(),
            restoring.ofBytes(),
            restoring.since(),
            SnapshotStatus.Fetching.Phase.RESTORING,
            restoring.unchangedFor()))
        .or(snapshots::fetching);
  }

  static Reply status(ServerView server) {
    NodeStatus status = server.status();
    HostId leader = status.leader().orElse(null);
    Configuration configuration = status.configuration();
    SnapshotStatus snapshots = status.snapshots();
    Optional<SnapshotStatus.Last> last = snapshots.last();
    Optional<SnapshotStatus.Fetching> fetching = fetching(snapshots);
    return new Fields()
        .add("id", status.host())
        .add("role", word(status.role()))
        .add("term", status.term())
        .add("leader", leader == null ? "" : leader)
        .add(
            "leader_address",
            leader == null ? "" : server.clientAddress(leader.name()).orElse(""))
        .add("health", word(status.health()))
        .add("health_detail", status.healthDetail())
        .add("removed_at", status.removedAt())
        .add("commit", status.commitIndex())
        .add("applied", status.appliedIndex())
        .add("durable", status.durableIndex())
        .add("last", status.lastIndex())
        .add("voters", names(configuration, Member::isVoter))
        .add("learners", names(configuration, RaftReplies::isLearner))
        .add("joint", yesNo(configuration.isJoint()))
        .add("leases", yesNo(status.leasesPermitted()))
        .add("lease_window_ms", configuration.leaseRules().windowMillis())
        .add("holds_lease", yesNo(status.holdsLease()))
        .add("lease_reads", status.counters().leaseReadsGranted())
        .add("staleness_ms", status.staleness().map(age -> age.toMillis()).orElse(-1L))
        .add("snapshots", yesNo(snapshots.enabled()))
        .add("log_first", snapshots.firstIndex())
        .add("log_since_snapshot_bytes", snapshots.logBytesSince())
        .add("snapshot_index", last.map(SnapshotStatus.Last::index).orElse(-1L))
        .add("snapshot_bytes", last.map(SnapshotStatus.Last::bytes).orElse(-1L))
        .add(
            "snapshot_age_ms",
            last.flatMap(SnapshotStatus.Last::age).map(age -> age.toMillis()).orElse(-1L))
        .add(
            "snapshot_taking_bytes",
            snapshots.taking().map(SnapshotStatus.Taking::bytes).orElse(-1L))
        .add(
            "snapshot_fetching_bytes",
            fetching.map(SnapshotStatus.Fetching::bytes).orElse(-1L))
        .add(
            "snapshot_fetching_of_bytes",
            fetching.map(SnapshotStatus.Fetching::ofBytes).orElse(-1L))
        .add(
            "snapshot_fetching_from",
            fetching.flatMap(SnapshotStatus.Fetching::from).map(HostId::name).orElse(""))
        .add(
            "snapshot_fetching_phase",
            fetching.map(present -> word(present.phase())).orElse(""))
        .add("snapshot_problem", snapshots.problem())
        .add("explain", status.explanation())
        .reply();
  }

  static Reply members(MembershipView look, ServerView server) {
    return lines(look.members().stream()
        .map(view -> {
          Member member = view.member();
          return "id=" + member.host()
              + " role=" + word(member.role())
              + " leader=" + yesNo(view.leads())
              + " priority=" + member.priority()
              + " delay_ms=" + member.campaignDelayMillis()
              + " match=" + view.matchIndex().orElse(-1)
              + " lag=" + view.lagEntries().orElse(-1)
              + " live=" + view.live().map(RaftReplies::yesNo).orElse("unknown")
              + " contact_ms=" + view.sinceContact().map(age -> age.toMillis()).orElse(-1L)
              + " address=" + member.address()
              + " client=" + server.clientAddress(member.host().name()).orElse("")
              + " replica=" + member.replica();
        })
        .toList());
  }

  static Reply additions(MembershipView look) {
    return lines(look.additions().stream()
        .map(addition -> "id=" + addition.host()
            + " role=" + word(addition.role())
            + " phase=" + word(addition.phase())
            + " round=" + addition.round()
            + " match=" + addition.matchIndex()
            + " missing=" + addition.missingEntries()
            + " detail=" + addition.detail())
        .toList());
  }

  static Reply pending(MembershipView look) {
    return lines(look.pending().stream()
        .map(host -> "id=" + host.host()
            + " asked_ms=" + host.sinceAsked().toMillis()
            + " address=" + host.address()
            + " replica=" + host.replica())
        .toList());
  }

  static Reply leases(MembershipView look) {
    LeaseRules rules = look.configuration().leaseRules();
    return new Fields()
        .add("permitted", yesNo(rules.permitted()))
        .add("window_ms", rules.windowMillis())
        .add("drift_ppm", rules.maxClockDriftPpm())
        .reply();
  }

  static Reply result(ChangeResult result) {
    return new Fields()
        .add("index", result.index())
        .add("voters", names(result.configuration(), Member::isVoter))
        .add("learners", names(result.configuration(), RaftReplies::isLearner))
        .reply();
  }

  static Reply leader(HostId leader) {
    return new Fields().add("leader", leader).reply();
  }

  static Reply preview(ChangePreview preview) {
    Configuration target = preview.target().orElse(Configuration.EMPTY);
    Fields fields = new Fields()
        .add("allowed", yesNo(preview.isAllowed()))
        .add("voters", names(preview.current(), Member::isVoter))
        .add("learners", names(preview.current(), RaftReplies::isLearner))
        .add("target_voters", names(target, Member::isVoter))
        .add("target_learners", names(target, RaftReplies::isLearner))
        .add("joint", yesNo(preview.joint()));
    preview.refusals().forEach(refusal -> fields.add("refusal", text(refusal)));
    preview.notes().forEach(note -> fields.add("note", note));
    return fields.reply();
  }

  private static String text(ChangeRefusal refusal) {
    return refusal.reason() + " " + refusal.detail();
  }

  /**
   * The first word says what is certain, as it does for every command: UNKNOWN, and nothing else, if it may have been done. The
   * second says more.
   */
  static Reply.Failure failure(Throwable failure, ServerView server) {
    Throwable cause = cause(failure);
    String message = Objects.requireNonNullElseGet(cause.getMessage(), cause::toString);
    if (cause instanceof NotLeaderException notLeader) {
      return notLeader(notLeader.leader().orElse(null), message, server);
    } else if (cause instanceof ChangeFailedException changeFailed) {
      return new Reply.Failure(
          switch (changeFailed.end()) {
            case REFUSED ->
              (changeFailed.isRetryable() ? "TRYAGAIN " : "ERR REFUSED ") + reasons(changeFailed)
                  + " " + message;
            case ABORTED -> "ERR ABORTED " + message;
            case LOST -> "UNKNOWN LOST " + message;
          });
    } else if (cause instanceof TransferFailedException failed) {
      return new Reply.Failure(
          switch (failed.failure()) {
            case REFUSED -> "ERR TRANSFERFAILED " + message;
            case NOT_DONE -> "TRYAGAIN TRANSFERFAILED " + message;
            case OUTCOME_UNKNOWN -> "UNKNOWN TRANSFERFAILED " + message;
          });
    } else if (cause instanceof OutcomeUnknownException || !(cause instanceof RaftException)) {
      return new Reply.Failure("UNKNOWN " + message);
    } else if (cause instanceof ShuttingDownException) {
      return new Reply.Failure("TRYAGAIN this server is shutting down; use another one");
    } else if (cause instanceof NodeFailedException) {
      return new Reply.Failure("CLUSTERDOWN this server has stopped taking part: " + message);
    }
    boolean retryable = ((RaftException) cause).isRetryable();
    return new Reply.Failure((retryable ? "TRYAGAIN " : "ERR ") + message);
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  /** A look changes nothing, whatever happens. */
  static Reply lookFailure(Throwable failure, ServerView server) {
    String text = failure(failure, server).text();
    return new Reply.Failure(
        text.startsWith("UNKNOWN ") ? "ERR " + text.substring("UNKNOWN ".length()) : text);
  }

  /** A member that doesn't lead, or not any more, can be asked no further; the one that does can. */
  static Reply transferFailure(Throwable failure, HostId self, ServerView server) {
    if (!(cause(failure) instanceof TransferFailedException failed)
        || failed.leader().equals(Optional.of(self))) {
      return failure(failure, server);
    }
    String message = String.valueOf(failed.getMessage());
    return failed.failure() == Failure.OUTCOME_UNKNOWN
        ? new Reply.Failure("UNKNOWN LOST " + message)
        : notLeader(failed.leader().orElse(null), message, server);
  }

  private static Reply.Failure notLeader(
      @Nullable HostId leader, String message, ServerView server) {
    String name = leader == null ? "-" : leader.name();
    String address = leader == null ? "-" : server.clientAddress(name).orElse("-");
    return new Reply.Failure("TRYAGAIN NOTLEADER " + name + " " + address + " " + message);
  }

  private static String reasons(ChangeFailedException failed) {
    return failed.refusals().stream()
        .map(refusal -> refusal.reason().name())
        .distinct()
        .collect(Collectors.joining(","));
  }

  private static Reply lines(List<String> lines) {
    List<Reply> replies = new ArrayList<>();
    lines.forEach(line -> replies.add(Reply.Bulk.of(line)));
    return new Reply.Array(replies);
  }

  private static boolean isLearner(Member member) {
    return member.role() == MemberRole.LEARNER;
  }

  private static String names(Configuration configuration, Predicate<Member> condition) {
    return configuration.members().stream()
        .filter(condition)
        .map(member -> member.host().name())
        .distinct()
        .sorted()
        .collect(Collectors.joining(","));
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static String yesNo(boolean value) {
    return value ? "yes" : "no";
  }
}
