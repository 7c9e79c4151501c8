package io.github.balsaraft.examples.kv.command;

import static io.github.balsaraft.examples.kv.command.CommandSpec.keyless;
import static io.github.balsaraft.examples.kv.command.CommandSpec.option;

import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.state.Bytes;
import io.github.balsaraft.examples.kv.state.Decimal;
import io.github.balsaraft.model.Role;
import java.util.List;
import java.util.OptionalLong;

/** The commands about the connection itself: what clients send on connecting, mostly. */
final class ConnectionCommands {

  private static final Reply PONG = new Reply.Status("PONG");

  /** Redis has 16 databases by default; here there is one, and that is number 0. */
  private static final long THE_DATABASE = 0;

  private static final Reply NO_INT =
      new Reply.Failure("ERR value is out of range, value must between " + Integer.MIN_VALUE
          + " and " + Integer.MAX_VALUE);

  private static final Reply WRONG_PASSWORD =
      new Reply.Failure("WRONGPASS invalid username-password pair or user is disabled.");

  private ConnectionCommands() {}

  static List<CommandSpec> all() {
    return List.of(
        keyless("ping", -1, "fast", "Answers PONG, or its argument.", ConnectionCommands::planPing),
        keyless(
            "echo",
            2,
            "fast",
            "Answers its argument.",
            words -> fixed(new Reply.Bulk(words.get(1)))),
        keyless(
            "hello",
            -1,
            "noscript loading stale fast no_auth",
            "Agrees on the protocol version: RESP2.",
            words -> new Planned.Local((session, server) -> hello(words, session, server))),
        keyless(
            "quit",
            -1,
            "noscript loading stale fast no_auth",
            "Closes the connection.",
            words -> new Planned.Immediate((session, server) -> quit(session), false)),
        keyless(
            "reset",
            1,
            "noscript loading stale fast no_auth",
            "Undoes what the connection was told.",
            words -> new Planned.Immediate((session, server) -> reset(session), true)),
        keyless(
            "select",
            2,
            "loading stale fast",
            "Chooses the database: there is only number 0.",
            ConnectionCommands::planSelect),
        keyless(
            "auth",
            -2,
            "noscript loading stale fast no_auth",
            "Fails: there are no passwords.",
            ConnectionCommands::planAuth),
        keyless(
            "readonly",
            1,
            "loading stale fast",
            "From now on reads are answered from the local copy.",
            words -> new Planned.Local((session, server) -> setReadOnly(session, true))),
        keyless(
            "readwrite",
            1,
            "loading stale fast",
            "From now on reads are linearizable again.",
            words -> new Planned.Local((session, server) -> setReadOnly(session, false))),
        keyless(
                "client",
                -2,
                "noscript loading stale",
                "Names and lists connections.",
                ClientCommand::plan)
            .withSecondWords(ClientCommand.subcommands()));
  }

  private static Planned planPing(List<Bytes> words) {
    return switch (words.size()) {
      case 1 -> fixed(PONG);
      case 2 -> fixed(new Reply.Bulk(words.get(1)));
      default -> fixed(Errors.wrongNumberOfArguments("ping"));
    };
  }

  private static Planned planSelect(List<Bytes> words) {
    OptionalLong number = Decimal.parse(words.get(1));
    if (number.isEmpty()) {
      return fixed(Errors.NOT_AN_INTEGER);
    }
    if ((int) number.getAsLong() != number.getAsLong()) {
      return fixed(NO_INT);
    }
    return fixed(
        number.getAsLong() == THE_DATABASE
            ? Reply.OK
            : new Reply.Failure("ERR DB index is out of range"));
  }

  private static Planned planAuth(List<Bytes> words) {
    return switch (words.size()) {
      case 2 ->
        fixed(new Reply.Failure(
            "ERR AUTH <password> called without any password configured for the default user."
                + " Are you sure your configuration is correct?"));
      // The default user has no password, so that any is right.
      case 3 -> fixed(words.get(1).latin1().equals("default") ? Reply.OK : WRONG_PASSWORD);
      default -> fixed(Errors.SYNTAX);
    };
  }

  /** {@code HELLO [2 [AUTH user password] [SETNAME name]]}. */
  private static Reply hello(List<Bytes> words, Session session, ServerView server) {
    if (words.size() > 1) {
      OptionalLong version = Decimal.parse(words.get(1));
      if (version.isEmpty()) {
        return new Reply.Failure("ERR Protocol version is not an integer or out of range");
      }
      if (version.getAsLong() != 2) {
        return new Reply.Failure("NOPROTO unsupported protocol version");
      }
      int at = 2;
      while (at < words.size()) {
        String option = option(words.get(at));
        int left = words.size() - at - 1;
        if (option.equals("AUTH") && left >= 2) {
          if (!words.get(at + 1).latin1().equals("default")) {
            return WRONG_PASSWORD;
          }
          at += 3;
        } else if (option.equals("SETNAME") && left >= 1) {
          Reply refusal = ClientCommand.refusalOfName(words.get(at + 1));
          if (refusal != null) {
            return refusal;
          }
          // Also if a later option is refused.
          session.setName(words.get(at + 1).toString());
          at += 2;
        } else {
          return new Reply.Failure(
              "ERR Syntax error in HELLO option '" + words.get(at).upToZero() + "'");
        }
      }
    }
    boolean leads = server.status().role() == Role.LEADER;
    return new Reply.Array(List.of(
        Reply.Bulk.of("server"), Reply.Bulk.of("redis"),
        Reply.Bulk.of("version"), Reply.Bulk.of(InfoText.REDIS_VERSION),
        Reply.Bulk.of("proto"), new Reply.Int(2),
        Reply.Bulk.of("id"), new Reply.Int(session.id()),
        Reply.Bulk.of("mode"), Reply.Bulk.of("standalone"),
        Reply.Bulk.of("role"), Reply.Bulk.of(leads ? "master" : "replica"),
        Reply.Bulk.of("modules"), new Reply.Array(List.of())));
  }

  private static Reply quit(Session session) {
    session.quit();
    return Reply.OK;
  }

  private static Reply reset(Session session) {
    session.reset();
    return new Reply.Status("RESET");
  }

  private static Reply setReadOnly(Session session, boolean readOnly) {
    session.setReadOnly(readOnly);
    return Reply.OK;
  }

  private static Planned fixed(Reply reply) {
    return new Planned.Fixed(reply);
  }
}
