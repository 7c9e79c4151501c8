package io.github.balsaraft.examples.kv.command;

import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.state.Bytes;
import io.github.balsaraft.examples.kv.state.Operation;
import io.github.balsaraft.examples.kv.state.Operation.Condition;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * {@code SET key value [NX | XX | IFEQ match] [GET] [EX seconds | PX millis | EXAT seconds | PXAT millis | KEEPTTL]}. IFEQ,
 * compare-and-set, is that of Redis 8.4.
 */
final class SetCommand {

  private SetCommand() {}

  static Planned plan(List<Bytes> words, LongSupplier clockMillis) {
    Condition condition = Condition.ALWAYS;
    Bytes expected = Bytes.EMPTY;
    boolean returnOld = false;
    ExpiryOptions expiry = ExpiryOptions.ofSet();
    for (int i = 3; i < words.size(); i++) {
      String option = CommandSpec.option(words.get(i));
      if (option.equals("GET")) {
        returnOld = true;
        continue;
      }
      int taken = expiry.take(option, i + 1 < words.size() ? words.get(i + 1) : null);
      if (taken > 0) {
        i += taken - 1;
        continue;
      }
      Condition wanted = switch (option) {
        case "NX" -> Condition.IF_ABSENT;
        case "XX" -> Condition.IF_PRESENT;
        case "IFEQ" -> Condition.IF_EQUAL;
        default -> Condition.ALWAYS;
      };
      boolean contradicts = condition != Condition.ALWAYS && condition != wanted;
      if (wanted == Condition.ALWAYS || contradicts) {
        return syntaxError();
      }
      if (wanted == Condition.IF_EQUAL) {
        i++;
        if (i == words.size() || condition == Condition.IF_EQUAL) {
          return syntaxError();
        }
        expected = words.get(i);
      }
      condition = wanted;
    }
    Reply error = expiry.error("set", clockMillis.getAsLong());
    return error != null
        ? new Planned.Fixed(error)
        : new Planned.Stateful(new Operation.Set(
            words.get(1), words.get(2), condition, expected, returnOld, expiry.expiry()));
  }

  private static Planned syntaxError() {
    return new Planned.Fixed(Errors.SYNTAX);
  }
}
