package io.github.balsaraft.examples.kv.command;

import static io.github.balsaraft.examples.kv.command.CommandSpec.keyless;
import static io.github.balsaraft.examples.kv.command.CommandSpec.lowerCase;

import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.state.Bytes;
import io.github.balsaraft.examples.kv.state.Glob;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The commands about the server: INFO, CONFIG, COMMAND, CLUSTER. */
final class ServerCommands {

  private ServerCommands() {}

  static List<CommandSpec> all(CommandTable table) {
    Subcommands config = new Subcommands("config")
        .add("get", -3, words -> local((session, server) -> configGet(words, server)))
        .add("resetstat", 2, words -> fixed(Reply.OK))
        .add(
            "rewrite",
            2,
            words -> fixed(new Reply.Failure("ERR The server is running without a config file")))
        .add(
            "set",
            -4,
            words -> fixed(
                new Reply.Failure(
                    "ERR CONFIG SET is not supported by this server: settings are arguments of its start command")));
    Subcommands command = new Subcommands("command")
        .add("count", 2, words -> table.descriptions().count())
        .add("info", -2, words -> table.descriptions().infos(words))
        .add("docs", -2, words -> table.descriptions().documents(words))
        .add("list", 2, words -> table.descriptions().list());
    return List.of(
        keyless(
                "info",
                -1,
                "loading stale",
                "Says how the server, and its part in the cluster, is.",
                words -> local((session, server) -> info(words, server)))
            .withSecondWords(InfoText.names()),
        keyless("config", -2, "admin noscript loading stale", "Shows settings.", config::plan)
            .withSecondWords(config.names()),
        keyless(
                "command",
                -1,
                "loading stale",
                "Describes the commands.",
                words -> words.size() == 1 ? table.descriptions().infos() : command.plan(words))
            .withSecondWords(command.names()),
        keyless(
                "cluster",
                -2,
                "loading stale",
                "Tells clients of a Redis Cluster who leads.",
                ClusterCommand::plan)
            .withSecondWords(ClusterCommand.subcommands()));
  }

  private static Reply info(List<Bytes> words, ServerView server) {
    List<String> sections =
        words.stream().skip(1).map(word -> lowerCase(word.upToZero())).toList();
    return Reply.Bulk.of(new InfoText(server).of(sections));
  }

  private static Reply configGet(List<Bytes> words, ServerView server) {
    Set<String> names = new LinkedHashSet<>();
    Map<String, String> settings = server.settings();
    for (Bytes pattern : words.subList(2, words.size())) {
      Glob glob = new Glob(Bytes.of(lowerCase(pattern)));
      for (String name : settings.keySet()) {
        if (glob.matches(Bytes.of(name))) {
          names.add(name);
        }
      }
    }
    List<Reply> replies = new ArrayList<>();
    for (String name : names) {
      replies.add(Reply.Bulk.of(name));
      replies.add(Reply.Bulk.of(settings.getOrDefault(name, "")));
    }
    return new Reply.Array(replies);
  }

  private static Planned local(Planned.LocalCommand command) {
    return new Planned.Local(command);
  }

  private static Planned fixed(Reply reply) {
    return new Planned.Fixed(reply);
  }
}
