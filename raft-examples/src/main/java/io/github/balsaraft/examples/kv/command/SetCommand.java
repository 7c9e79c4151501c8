package io.github.balsaraft.examples.kv.command;

import io.github.balsaraft.examples.kv.state.Bytes;
import io.github.balsaraft.examples.kv.state.Operation;
import io.github.balsaraft.examples.kv.state.Operation.Condition;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** {@code SET key value [NX | XX | IFEQ match] [GET]}. IFEQ, compare-and-set, is that of Redis 8.4. */
final class SetCommand {

  /** Options of Redis that this server doesn't know yet: better refused by name than called a syntax error. */
  private static final Set<String> NOT_SUPPORTED =
      Set.of("EX", "PX", "EXAT", "PXAT", "KEEPTTL", "IFNE", "IFDEQ", "IFDNE");

  private SetCommand() {}

  static Planned plan(List<Bytes> words) {
    Condition condition = Condition.ALWAYS;
    Bytes expected = Bytes.EMPTY;
    boolean returnOld = false;
    for (int i = 3; i < words.size(); i++) {
      String option = words.get(i).latin1().toUpperCase(Locale.ROOT);
      if (option.equals("GET")) {
        returnOld = true;
        continue;
      }
      if (NOT_SUPPORTED.contains(option)) {
        return new Planned.Fixed(Errors.notSupported("the option " + option + " of SET"));
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
    return new Planned.Stateful(
        new Operation.Set(words.get(1), words.get(2), condition, expected, returnOld));
  }

  private static Planned syntaxError() {
    return new Planned.Fixed(Errors.SYNTAX);
  }
}
