package io.github.balsaraft.linearizability;

import io.github.balsaraft.testing.KvInput;
import io.github.balsaraft.testing.KvOutput;
import io.github.balsaraft.testing.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a history that is drawn as text: a line for each process, time from left to right, an operation from {@code [} to
 * {@code ]}. {@code testdata/histories/README.txt} shows how.
 */
final class Timeline {

  private static final Pattern OPERATION = Pattern.compile("\\[([^\\]>]*)([\\]>])");

  private Timeline() {}

  static List<Operation<KvInput, KvOutput>> read(List<String> lines) {
    List<Operation<KvInput, KvOutput>> history = new ArrayList<>();
    for (String line : lines) {
      int process = Integer.parseInt(line.substring(1, line.indexOf(' ')));
      Matcher matcher = OPERATION.matcher(line);
      int end = 0;
      while (matcher.find(end)) {
        if (!line.substring(end, matcher.start()).replaceAll("^p\\d+", "").isBlank()) {
          throw new IllegalArgumentException("can't read: " + line);
        }
        Operation<KvInput, KvOutput> operation = operation(process, matcher);
        if (operation != null) {
          history.add(operation);
        }
        end = matcher.end();
      }
    }
    return history;
  }

  /** The operation, or null if it certainly failed. */
  private static @Nullable Operation<KvInput, KvOutput> operation(int process, Matcher matcher) {
    String[] inputAndOutput = matcher.group(1).replaceAll("[. ]+$", "").split(" = ", 2);
    KvInput input = input(inputAndOutput[0].strip());
    String output = inputAndOutput[1].strip();
    boolean unknown = output.equals("?");
    if (unknown != matcher.group(2).equals(">")) {
      throw new IllegalArgumentException("unknown outcomes end with \"= ?>\": " + matcher.group());
    }
    if (unknown) {
      return Operation.unknown(process, input, matcher.start());
    }
    return output.equals("failed")
        ? null
        : Operation.completed(process, input, output(output), matcher.start(), matcher.end() - 1);
  }

  private static KvInput input(String text) {
    String[] words = text.split(" ", -1);
    String key = words[1];
    return switch (words[0]) {
      case "get" -> new KvInput.Get(key);
      case "set" -> new KvInput.Set(key, words[2]);
      case "cas" ->
        new KvInput.CompareAndSet(key, words[2].equals("nil") ? null : words[2], words[3]);
      case "del" -> new KvInput.Delete(key);
      case "append" -> new KvInput.Append(key, words[2]);
      case "incr" -> new KvInput.Increment(key, Long.parseLong(words[2]));
      default -> throw new IllegalArgumentException("no such operation: " + text);
    };
  }

  private static KvOutput output(String text) {
    return switch (text) {
      case "nil" -> KvOutput.nil();
      case "error" -> KvOutput.error();
      default -> KvOutput.value(text);
    };
  }
}
