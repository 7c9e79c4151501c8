package io.github.balsaraft.examples.kv.command;

import static io.github.balsaraft.examples.kv.command.CommandSpec.option;

import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.state.Bytes;
import io.github.balsaraft.examples.kv.state.Decimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** CLIENT: names of connections, and what client libraries tell about themselves. */
final class ClientCommand {

  private static final Reply BAD_NAME =
      new Reply.Failure("ERR Client names cannot contain spaces, newlines or special characters.");

  private static final Subcommands SUBCOMMANDS = new Subcommands("client")
      .add("setname", 3, words -> local((session, server) -> setName(words.get(2), session)))
      .add("getname", 2, words -> local((session, server) -> getName(session)))
      .add("setinfo", 4, words -> local((session, server) -> setInfo(words, session)))
      .add("id", 2, words -> local((session, server) -> new Reply.Int(session.id())))
      .add("info", 2, words -> local((session, server) -> info(session, server)))
      .add("list", -2, ClientCommand::planList)
      // Nothing is evicted or tracked here: to agree costs
      // nothing, and to refuse stops some clients.
      .add("no-evict", 3, ClientCommand::planOnOff)
      .add("no-touch", 3, ClientCommand::planOnOff)
      .add("reply", 3, ClientCommand::planReply);

  /** A name is kept as long as its connection, and told to whoever asks for the list. */
  private static final int MAX_NAME_BYTES = 1024;

  private static final Reply LONG_NAME =
      new Reply.Failure("ERR a name has at most " + MAX_NAME_BYTES + " bytes");

  private ClientCommand() {}

  static Set<String> subcommands() {
    return SUBCOMMANDS.names();
  }

  static Planned plan(List<Bytes> words) {
    return SUBCOMMANDS.plan(words);
  }

  /** Whether Redis would accept it as the name of a connection. */
  private static boolean isName(Bytes name) {
    for (byte letter : name.array()) {
      if (letter < '!' || letter > '~') {
        return false;
      }
    }
    return true;
  }

  /** What is wrong with a name for a connection; null if nothing is. */
  static @Nullable Reply refusalOfName(Bytes name) {
    if (name.length() > MAX_NAME_BYTES) {
      return LONG_NAME;
    }
    return isName(name) ? null : BAD_NAME;
  }

  private static Reply setName(Bytes name, Session session) {
    Reply refusal = refusalOfName(name);
    if (refusal != null) {
      return refusal;
    }
    session.setName(name.toString());
    return Reply.OK;
  }

  private static Reply getName(Session session) {
    return session.name().isEmpty() ? Reply.NIL : Reply.Bulk.of(session.name());
  }

  private static Reply setInfo(List<Bytes> words, Session session) {
    String option = option(words.get(2));
    Bytes value = words.get(3);
    if (!option.equals("LIB-NAME") && !option.equals("LIB-VER")) {
      return new Reply.Failure("ERR Unrecognized option '" + words.get(2).upToZero() + "'");
    }
    if (value.length() > MAX_NAME_BYTES) {
      return LONG_NAME;
    }
    if (!isName(value)) {
      return new Reply.Failure("ERR " + words.get(2).upToZero()
          + " cannot contain spaces, newlines or special characters.");
    }
    if (option.equals("LIB-NAME")) {
      session.setLibraryName(value.toString());
    } else {
      session.setLibraryVersion(value.toString());
    }
    return Reply.OK;
  }

  private static Reply info(Session session, ServerView server) {
    return Reply.Bulk.of(session.describe(server.nowNanos()) + "\n");
  }

  /** All connections, those of a type, or those with some ids in the order in which they are named. */
  private static Planned planList(List<Bytes> words) {
    String option = words.size() == 2 ? "" : option(words.get(2));
    if (words.size() == 2) {
      return local((session, server) -> list(server, sorted(server)));
    } else if (option.equals("TYPE") && words.size() == 4) {
      return switch (option(words.get(3))) {
        case "NORMAL" -> local((session, server) -> list(server, sorted(server)));
        case "MASTER", "SLAVE", "REPLICA", "PUBSUB" -> new Planned.Fixed(Reply.Bulk.of(""));
        default ->
          new Planned.Fixed(
              new Reply.Failure("ERR Unknown client type '" + words.get(3).upToZero() + "'"));
      };
    } else if (option.equals("ID") && words.size() > 3) {
      List<Long> ids = new ArrayList<>();
      for (Bytes word : words.subList(3, words.size())) {
        OptionalLong id = Decimal.parse(word);
        if (id.isEmpty()) {
          return new Planned.Fixed(new Reply.Failure("ERR Invalid client ID"));
        }
        ids.add(id.getAsLong());
      }
      return local((session, server) -> list(server, named(server, ids)));
    }
    return new Planned.Fixed(Errors.SYNTAX);
  }

  private static Stream<Session> sorted(ServerView server) {
    return server.sessions().stream().sorted(Comparator.comparingLong(Session::id));
  }

  private static Stream<Session> named(ServerView server, List<Long> ids) {
    Map<Long, Session> byId = new HashMap<>();
    server.sessions().forEach(session -> byId.put(session.id(), session));
    return ids.stream().distinct().filter(byId::containsKey).map(byId::get);
  }

  private static Reply list(ServerView server, Stream<Session> sessions) {
    long now = server.nowNanos();
    return Reply.Bulk.of(
        sessions.map(session -> session.describe(now) + "\n").collect(Collectors.joining()));
  }

  private static Planned planOnOff(List<Bytes> words) {
    String value = option(words.get(2));
    boolean known = value.equals("ON") || value.equals("OFF");
    return new Planned.Fixed(known ? Reply.OK : Errors.SYNTAX);
  }

  private static Planned planReply(List<Bytes> words) {
    return switch (option(words.get(2))) {
      case "ON" -> new Planned.Fixed(Reply.OK);
      case "OFF", "SKIP" ->
        new Planned.Fixed(Errors.notSupported("CLIENT REPLY " + words.get(2).upToZero()));
      default -> new Planned.Fixed(Errors.SYNTAX);
    };
  }

  private static Planned local(Planned.LocalCommand command) {
    return new Planned.Local(command);
  }
}
