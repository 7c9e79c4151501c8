package io.github.balsaraft.examples.kv.command;

import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.RaftException;
import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.state.Bytes;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * RAFT: how this server's part of the cluster is, and changes of its members. Answers are flat, so that every client of Redis can
 * show them: a list of names and values, or a list of lines with {@code name=value} in them.
 *
 * <p>A change is answered when it has ended, which may take minutes; commands behind it on the same connection wait. If the
 * connection is closed meanwhile the change goes on.
 */
final class RaftCommands {

  private static final List<String> HELP = List.of(
      "RAFT STATUS -- how this server is, as names and values",
      "RAFT MEMBERS -- one line for each member",
      "RAFT ADDITIONS -- one line for each member on its way in",
      "RAFT PENDING -- one line for each server that asks to be let in",
      "RAFT EXPLAIN -- a sentence: is all well, and if not, what is missing",
      "RAFT ADD <id> [LEARNER] [PRIORITY <n>] [DELAY <ms>] [TIMEOUT <ms>]",
      "RAFT PROMOTE <id> [TIMEOUT <ms>]",
      "RAFT DEMOTE <id>",
      "RAFT REMOVE <id>",
      "RAFT REPLACE <old id> <new id> [TIMEOUT <ms>]",
      "RAFT SET <id> [PRIORITY <n>] [DELAY <ms>] [ADDRESS <host:port>]",
      "RAFT LEASES -- what the cluster has agreed on leases, as names and values",
      "RAFT LEASES ON [WINDOW <ms>] [DRIFT <ppm>]",
      "RAFT LEASES OFF",
      "RAFT PREVIEW ADD|PROMOTE|DEMOTE|REMOVE|REPLACE|SET|LEASES ... -- what would become of it",
      "RAFT TRANSFER [<id>] -- hands leadership over",
      "RAFT ABORT <id> -- calls off an addition or promotion");

  private RaftCommands() {}

  static List<CommandSpec> all() {
    Subcommands raft = new Subcommands("raft")
        .add("help", 2, words -> new Planned.Fixed(bulks(HELP)))
        .add("status", 2, words -> local(RaftReplies::status))
        .add("explain", 2, words -> local(view -> Reply.Bulk.of(view.status().explanation())))
        .add("members", 2, words -> view(RaftReplies::members))
        .add("additions", 2, words -> view((look, server) -> RaftReplies.additions(look)))
        .add("pending", 2, words -> view((look, server) -> RaftReplies.pending(look)))
        .add("add", -3, RaftCommands::change)
        .add("promote", -3, RaftCommands::change)
        .add("demote", 3, RaftCommands::change)
        .add("remove", 3, RaftCommands::change)
        .add("replace", -4, RaftCommands::change)
        .add("set", -5, RaftCommands::change)
        .add("leases", -2, RaftCommands::leases)
        .add("preview", -4, RaftCommands::preview)
        .add("transfer", -2, RaftCommands::transfer)
        .add("abort", 3, RaftCommands::abort);
    return List.of(CommandSpec.keyless(
            "raft",
            -2,
            "admin noscript loading stale",
            "Shows and changes the members of the cluster.",
            raft::plan)
        .withSecondWords(raft.names()));
  }

  private static Planned change(List<Bytes> words) {
    return parsed(
        words.subList(1, words.size()),
        change ->
            deferred(server -> server.membership().change(change).thenApply(RaftReplies::result)));
  }

  private static Planned leases(List<Bytes> words) {
    return words.size() == 2 ? view((look, server) -> RaftReplies.leases(look)) : change(words);
  }

  private static Planned preview(List<Bytes> words) {
    return parsed(
        words.subList(2, words.size()),
        change ->
            look(server -> server.membership().preview(change).thenApply(RaftReplies::preview)));
  }

  private static Planned abort(List<Bytes> words) {
    try {
      HostId host = new HostId(words.get(2).toString());
      return deferred(server -> server
          .membership()
          .abort(host)
          .thenApply(result -> new Reply.Status(result.name().toLowerCase(Locale.ROOT))));
    } catch (IllegalArgumentException e) {
      return new Planned.Fixed(new Reply.Failure("ERR " + e.getMessage()));
    }
  }

  private static Planned transfer(List<Bytes> words) {
    if (words.size() > 3) {
      return new Planned.Fixed(Errors.wrongNumberOfArguments("raft|transfer"));
    }
    try {
      Optional<HostId> target = words.size() == 2
          ? Optional.empty()
          : Optional.of(new HostId(words.get(2).toString()));
      return new Planned.Deferred(server -> transfer(server, target));
    } catch (IllegalArgumentException e) {
      return new Planned.Fixed(new Reply.Failure("ERR " + e.getMessage()));
    }
  }

  /** Asked for again, it has nothing to do. */
  private static CompletableFuture<Reply> transfer(ServerView server, Optional<HostId> target) {
    NodeStatus status;
    try {
      status = server.status();
    } catch (RaftException e) {
      return CompletableFuture.completedFuture(RaftReplies.failure(e, server));
    }
    if (status.role() == Role.LEADER && target.equals(Optional.of(status.host()))) {
      return CompletableFuture.completedFuture(RaftReplies.leader(status.host()));
    }
    return target
        .map(server::transferLeadership)
        .orElseGet(server::transferLeadership)
        .thenApply(RaftReplies::leader)
        .exceptionally(failure -> RaftReplies.transferFailure(failure, status.host(), server));
  }

  private static Planned parsed(List<Bytes> words, Function<ConfigurationChange, Planned> planner) {
    try {
      return planner.apply(ChangeWords.parse(words.stream().map(Bytes::toString).toList()));
    } catch (IllegalArgumentException e) {
      return new Planned.Fixed(new Reply.Failure("ERR " + e.getMessage()));
    }
  }

  private static Planned view(RaftReplies.Writer writer) {
    return look(server -> server.membership().view().thenApply(look -> writer.write(look, server)));
  }

  private static Planned look(Function<ServerView, CompletableFuture<Reply>> command) {
    return new Planned.Deferred(server ->
        command.apply(server).exceptionally(failure -> RaftReplies.lookFailure(failure, server)));
  }

  private static Planned local(Function<ServerView, Reply> command) {
    return new Planned.Local((session, server) -> command.apply(server));
  }

  private static Planned deferred(Function<ServerView, CompletableFuture<Reply>> command) {
    return new Planned.Deferred(server ->
        command.apply(server).exceptionally(failure -> RaftReplies.failure(failure, server)));
  }

  private static Reply bulks(List<String> lines) {
    List<Reply> replies = new ArrayList<>();
    lines.forEach(line -> replies.add(Reply.Bulk.of(line)));
    return new Reply.Array(replies);
  }
}
