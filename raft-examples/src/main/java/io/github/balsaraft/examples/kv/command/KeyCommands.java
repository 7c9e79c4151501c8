package io.github.balsaraft.examples.kv.command;

import io.github.balsaraft.examples.kv.state.Bytes;
import io.github.balsaraft.examples.kv.state.Decimal;
import io.github.balsaraft.examples.kv.state.Operation;
import io.github.balsaraft.examples.kv.state.Operation.Condition;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/** The commands on keys. Each becomes one operation, so each is atomic. */
final class KeyCommands {

  private KeyCommands() {}

  static List<CommandSpec> all(int maxValueBytes, LongSupplier clockMillis) {
    return List.of(
        CommandSpec.onKeys(
            "get",
            2,
            "readonly fast",
            1,
            1,
            "Answers the value of a key.",
            words -> stateful(new Operation.Get(words.get(1)))),
        CommandSpec.onKeys(
            "set",
            -3,
            "write denyoom",
            1,
            1,
            "Sets the value of a key, perhaps on a condition.",
            words -> SetCommand.plan(words, clockMillis)),
        CommandSpec.onKeys(
            "mget",
            -2,
            "readonly fast",
            -1,
            1,
            "Answers the values of several keys, read at one moment.",
            words -> stateful(new Operation.MultiGet(arguments(words)))),
        CommandSpec.onKeys(
            "mset",
            -3,
            "write denyoom",
            -1,
            2,
            "Sets several keys at once.",
            KeyCommands::planMultiSet),
        CommandSpec.onKeys(
            "getset",
            3,
            "write denyoom fast",
            1,
            1,
            "Sets the value of a key and answers the old one.",
            words -> stateful(new Operation.Set(
                words.get(1), words.get(2), Condition.ALWAYS, Bytes.EMPTY, true))),
        CommandSpec.onKeys(
            "getdel",
            2,
            "write fast",
            1,
            1,
            "Deletes a key and answers its value.",
            words -> stateful(new Operation.GetAndDelete(words.get(1)))),
        CommandSpec.onKeys(
            "strlen",
            2,
            "readonly fast",
            1,
            1,
            "Answers how many bytes the value of a key has.",
            words -> stateful(new Operation.Length(words.get(1)))),
        CommandSpec.onKeys(
            "del",
            -2,
            "write",
            -1,
            1,
            "Deletes keys and answers how many there were.",
            words -> stateful(new Operation.Delete(arguments(words)))),
        CommandSpec.onKeys(
            "exists",
            -2,
            "readonly fast",
            -1,
            1,
            "Counts which of the keys exist.",
            words -> stateful(new Operation.Exists(arguments(words)))),
        CommandSpec.onKeys(
            "incr",
            2,
            "write denyoom fast",
            1,
            1,
            "Adds one to the integer of a key.",
            words -> stateful(new Operation.Increment(words.get(1), 1))),
        CommandSpec.onKeys(
            "decr",
            2,
            "write denyoom fast",
            1,
            1,
            "Takes one from the integer of a key.",
            words -> stateful(new Operation.Increment(words.get(1), -1))),
        CommandSpec.onKeys(
            "incrby",
            3,
            "write denyoom fast",
            1,
            1,
            "Adds to the integer of a key.",
            KeyCommands::planIncrementBy),
        CommandSpec.onKeys(
            "decrby",
            3,
            "write denyoom fast",
            1,
            1,
            "Takes from the integer of a key.",
            KeyCommands::planDecrementBy),
        CommandSpec.onKeys(
            "append",
            3,
            "write denyoom fast",
            1,
            1,
            "Appends to the value of a key and answers its length.",
            words -> stateful(new Operation.Append(words.get(1), words.get(2), maxValueBytes))),
        CommandSpec.keyless(
            "dbsize",
            1,
            "readonly fast",
            "Answers how many keys there are.",
            words -> stateful(new Operation.CountKeys())));
  }

  private static Planned planMultiSet(List<Bytes> words) {
    if (words.size() % 2 == 0) {
      return new Planned.Fixed(Errors.wrongNumberOfArguments("mset"));
    }
    List<Bytes> keys = new ArrayList<>(words.size() / 2);
    List<Bytes> values = new ArrayList<>(words.size() / 2);
    for (int i = 1; i < words.size(); i += 2) {
      keys.add(words.get(i));
      values.add(words.get(i + 1));
    }
    return stateful(new Operation.MultiSet(keys, values));
  }

  private static Planned planIncrementBy(List<Bytes> words) {
    OptionalLong delta = Decimal.parse(words.get(2));
    if (delta.isEmpty()) {
      return new Planned.Fixed(Errors.NOT_AN_INTEGER);
    }
    return stateful(new Operation.Increment(words.get(1), delta.getAsLong()));
  }

  private static Planned planDecrementBy(List<Bytes> words) {
    OptionalLong delta = Decimal.parse(words.get(2));
    if (delta.isEmpty()) {
      return new Planned.Fixed(Errors.NOT_AN_INTEGER);
    }
    if (delta.getAsLong() == Long.MIN_VALUE) {
      // Its opposite doesn't exist.
      return new Planned.Fixed(Errors.DECREMENT_OVERFLOW);
    }
    return stateful(new Operation.Increment(words.get(1), -delta.getAsLong()));
  }

  private static Planned stateful(Operation operation) {
    return new Planned.Stateful(operation);
  }

  private static List<Bytes> arguments(List<Bytes> words) {
    return words.subList(1, words.size());
  }
}
