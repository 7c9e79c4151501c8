package io.github.balsaraft.examples.kv.command;

import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.state.Answer.Refusal;
import io.github.balsaraft.examples.kv.state.Bytes;
import io.github.balsaraft.examples.kv.state.Decimal;
import io.github.balsaraft.examples.kv.state.Expiry;
import io.github.balsaraft.examples.kv.state.ExpiryOperation;
import io.github.balsaraft.examples.kv.state.ExpiryOperation.TimeForm;
import io.github.balsaraft.examples.kv.state.ExpiryOperation.Unless;
import io.github.balsaraft.examples.kv.state.Operation;
import io.github.balsaraft.examples.kv.state.Operation.Condition;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/** The commands about the deadlines of keys. */
final class ExpiryCommands {

  /** Only to refuse at once what could never be a deadline; what the deadline becomes is decided by log time. */
  private final LongSupplier clockMillis;

  private ExpiryCommands(LongSupplier clockMillis) {
    this.clockMillis = clockMillis;
  }

  static List<CommandSpec> all(LongSupplier clockMillis) {
    ExpiryCommands commands = new ExpiryCommands(clockMillis);
    return List.of(
        commands.expire("expire", true, true, "Lets a key expire in so many seconds."),
        commands.expire("pexpire", false, true, "Lets a key expire in so many milliseconds."),
        commands.expire("expireat", true, false, "Lets a key expire at a time in seconds."),
        commands.expire("pexpireat", false, false, "Lets a key expire at a time in milliseconds."),
        told("ttl", TimeForm.SECONDS_LEFT, "Answers how many seconds a key has left."),
        told("pttl", TimeForm.MILLIS_LEFT, "Answers how many milliseconds a key has left."),
        told("expiretime", TimeForm.AT_SECONDS, "Answers when a key expires, in seconds."),
        told("pexpiretime", TimeForm.AT_MILLIS, "Answers when a key expires, in milliseconds."),
        onKey(
            "persist",
            2,
            "write fast",
            "Takes a key's deadline away.",
            words -> stateful(new ExpiryOperation.Persist(words.get(1)))),
        onKey(
            "getex",
            -2,
            "write fast",
            "Answers the value of a key and changes when it expires.",
            commands::planGet),
        onKey(
            "setex",
            4,
            "write denyoom",
            "Sets the value of a key that expires in so many seconds.",
            words -> commands.planSet("setex", true, words)),
        onKey(
            "psetex",
            4,
            "write denyoom",
            "Sets the value of a key that expires in so many milliseconds.",
            words -> commands.planSet("psetex", false, words)));
  }

  private CommandSpec expire(String name, boolean seconds, boolean fromNowOn, String summary) {
    return onKey(
        name, -3, "write fast", summary, words -> planExpire(name, seconds, fromNowOn, words));
  }

  private static CommandSpec told(String name, TimeForm form, String summary) {
    return onKey(
        name,
        2,
        "readonly fast",
        summary,
        words -> stateful(new ExpiryOperation.TimeToLive(words.get(1), form)));
  }

  private static CommandSpec onKey(
      String name, int arity, String flags, String summary, CommandSpec.Planner planner) {
    return CommandSpec.onKeys(name, arity, flags, 1, 1, summary, planner);
  }

  /** {@code EXPIRE key time [NX | XX | GT | LT]}; XX goes together with GT and LT. */
  private Planned planExpire(String name, boolean seconds, boolean fromNowOn, List<Bytes> words) {
    boolean nx = false;
    boolean xx = false;
    boolean gt = false;
    boolean lt = false;
    for (Bytes word : words.subList(3, words.size())) {
      switch (CommandSpec.option(word)) {
        case "NX" -> nx = true;
        case "XX" -> xx = true;
        case "GT" -> gt = true;
        case "LT" -> lt = true;
        default -> {
          return fixed(Errors.unsupportedOption(word));
        }
      }
    }
    if (nx && (xx || gt || lt)) {
      return fixed(
          new Reply.Failure("ERR NX and XX, GT or LT options at the same time are not compatible"));
    }
    if (gt && lt) {
      return fixed(new Reply.Failure("ERR GT and LT options at the same time are not compatible"));
    }
    OptionalLong number = Decimal.parse(words.get(2));
    if (number.isEmpty()) {
      return fixed(Errors.NOT_AN_INTEGER);
    }
    long time = number.getAsLong();
    long least = seconds ? Long.MIN_VALUE / 1000 : Long.MIN_VALUE;
    if (time < least || time > Times.most(seconds, fromNowOn, clockMillis.getAsLong())) {
      return fixed(Errors.invalidExpireTime(name));
    }
    long millis = seconds ? time * 1000 : time;
    return stateful(new ExpiryOperation.Expire(
        words.get(1),
        fromNowOn ? Expiry.after(millis) : Expiry.at(millis),
        new Unless(nx, xx, gt, lt)));
  }

  /** {@code GETEX key [EX seconds | PX millis | EXAT seconds | PXAT millis | PERSIST]}. */
  private Planned planGet(List<Bytes> words) {
    ExpiryOptions options = ExpiryOptions.ofGet();
    for (int i = 2; i < words.size(); ) {
      int taken = options.take(
          CommandSpec.option(words.get(i)), i + 1 < words.size() ? words.get(i + 1) : null);
      if (taken == 0) {
        return fixed(Errors.SYNTAX);
      }
      i += taken;
    }
    Bytes key = words.get(1);
    if (!options.isGiven()) {
      return stateful(new Operation.Get(key));
    }
    Reply error = options.error("getex", clockMillis.getAsLong());
    if (error != null) {
      Refusal refusal =
          error == Errors.NOT_AN_INTEGER ? Refusal.NOT_AN_INTEGER : Refusal.INVALID_EXPIRE;
      return stateful(new Operation.RefuseIfPresent(key, refusal));
    }
    return stateful(new ExpiryOperation.GetAndExpire(key, options.expiry()));
  }

  private Planned planSet(String name, boolean seconds, List<Bytes> words) {
    ExpiryOptions options = ExpiryOptions.ofSet();
    int unused = options.take(seconds ? "EX" : "PX", words.get(2));
    Reply error = options.error(name, clockMillis.getAsLong());
    return error != null
        ? fixed(error)
        : stateful(new Operation.Set(
            words.get(1), words.get(3), Condition.ALWAYS, Bytes.EMPTY, false, options.expiry()));
  }

  private static Planned stateful(Operation operation) {
    return new Planned.Stateful(operation);
  }

  private static Planned fixed(Reply reply) {
    return new Planned.Fixed(reply);
  }
}
