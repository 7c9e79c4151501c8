package io.github.balsaraft.examples.kv.command;

import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.state.Bytes;
import io.github.balsaraft.examples.kv.state.Decimal;
import io.github.balsaraft.examples.kv.state.Operation;
import io.github.balsaraft.examples.kv.state.SearchOperation;
import java.util.List;
import java.util.OptionalLong;

/** The commands that look for keys. */
final class SearchCommands {

  /** The most keys that one SCAN looks at, whatever COUNT says: it is only a hint, and all clients wait meanwhile. */
  private static final long MAX_STEP = 10_000;

  private static final long USUAL_STEP = 10;

  private static final Bytes EVERYTHING = Bytes.of("*");

  private static final Reply INVALID_CURSOR = new Reply.Failure("ERR invalid cursor");

  private SearchCommands() {}

  /** To compare a key with a pattern may take the length of the one times that of the other, and all clients wait meanwhile. */
  private static final int MAX_PATTERN_BYTES = 1024;

  private static final Reply LONG_PATTERN =
      new Reply.Failure("ERR a pattern has at most " + MAX_PATTERN_BYTES + " bytes");

  static List<CommandSpec> all() {
    return List.of(
        CommandSpec.keyless(
            "keys",
            2,
            "readonly",
            "Answers all keys that a pattern stands for; looks at every key there is.",
            words -> words.get(1).length() > MAX_PATTERN_BYTES
                ? new Planned.Rejected(LONG_PATTERN)
                : new Planned.Stateful(new SearchOperation.FindKeys(words.get(1)))),
        CommandSpec.keyless(
            "scan",
            -2,
            "readonly",
            "Answers some more keys, and where to go on.",
            SearchCommands::planScan));
  }

  /** {@code SCAN cursor [MATCH pattern] [COUNT count] [TYPE type]}. */
  private static Planned planScan(List<Bytes> words) {
    OptionalLong cursor = cursor(words.get(1));
    if (cursor.isEmpty()) {
      return new Planned.Fixed(INVALID_CURSOR);
    }
    Bytes pattern = EVERYTHING;
    long count = USUAL_STEP;
    boolean strings = true;
    for (int i = 2; i < words.size(); i += 2) {
      if (i + 1 == words.size()) {
        return new Planned.Fixed(Errors.SYNTAX);
      }
      Bytes value = words.get(i + 1);
      switch (CommandSpec.option(words.get(i))) {
        case "MATCH" -> pattern = value;
        case "TYPE" -> strings = CommandSpec.option(value).equals("STRING");
        case "COUNT" -> {
          OptionalLong number = Decimal.parse(value);
          if (number.isEmpty()) {
            return new Planned.Fixed(Errors.NOT_AN_INTEGER);
          }
          if (number.getAsLong() < 1) {
            return new Planned.Fixed(Errors.SYNTAX);
          }
          count = number.getAsLong();
        }
        default -> {
          return new Planned.Fixed(Errors.SYNTAX);
        }
      }
    }
    if (pattern.length() > MAX_PATTERN_BYTES) {
      return new Planned.Rejected(LONG_PATTERN);
    }
    Operation scan =
        new SearchOperation.Scan(cursor.getAsLong(), pattern, Math.min(count, MAX_STEP));
    // There is no other type, so that nothing is found.
    return strings
        ? new Planned.Stateful(scan)
        : new Planned.Fixed(
            new Reply.Array(List.of(Reply.Bulk.of("0"), new Reply.Array(List.of()))));
  }

  /** As C reads an unsigned number of 64 bits: none is 0, and a minus sign counts from the end. Ours are far below the end. */
  private static OptionalLong cursor(Bytes word) {
    String text = word.upToZero().latin1();
    if (text.isEmpty()) {
      return OptionalLong.of(0);
    }
    boolean negative = text.charAt(0) == '-';
    if (text.startsWith("-+")) {
      return OptionalLong.empty();
    }
    try {
      long number = Long.parseUnsignedLong(negative ? text.substring(1) : text);
      return OptionalLong.of(negative ? -number : number);
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
