package io.github.balsaraft.examples.kv.command;

import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.state.Batch;
import io.github.balsaraft.examples.kv.state.Bytes;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** The errors of Redis 7, word for word: clients and their tests look at them. */
public final class Errors {

  /** A word of a command isn't an option where it stands, or contradicts another. */
  public static final Reply SYNTAX = new Reply.Failure("ERR syntax error");

  /** An argument or a value isn't a 64-bit integer. */
  public static final Reply NOT_AN_INTEGER =
      new Reply.Failure("ERR value is not an integer or out of range");

  /** An increment would leave 64 bits. */
  public static final Reply OVERFLOW =
      new Reply.Failure("ERR increment or decrement would overflow");

  /** The opposite of a decrement would leave 64 bits. */
  static final Reply DECREMENT_OVERFLOW = new Reply.Failure("ERR decrement would overflow");

  /** APPEND would make too long a value. */
  public static final Reply TOO_LONG =
      new Reply.Failure("ERR string exceeds maximum allowed size (see --max-value)");

  /** The time of a GETEX isn't possible. */
  public static final Reply INVALID_GETEX_TIME = invalidExpireTime("getex");

  /** A read of several keys, or one in a transaction, would make the answers too long. */
  public static final Reply ANSWERS_TOO_LONG =
      new Reply.Failure("ERR the answer is too long: read fewer keys at once");

  /** A transaction would write too many bytes of values anew. */
  public static final Reply TOO_MUCH_REWRITTEN =
      new Reply.Failure("ERR a transaction changes long values that have "
          + Batch.MOST_REWRITTEN_BYTES + " bytes together at the most");

  /** A transaction would look at too many keys. */
  public static final Reply TOO_MANY_LOOKS = new Reply.Failure(
      "EXECABORT Transaction discarded because its KEYS and SCAN would look at more than "
          + Batch.MOST_LOOKS + " keys together");

  /** An EXEC with arguments. */
  static final Reply EXEC_ABANDONED = new Reply.Failure(
      "EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command");

  /** So many bytes of a client's words are repeated in an error at most. */
  private static final int MAX_QUOTED = 128;

  /** What stands around each argument that is repeated counts among these, too. */
  private static final int BYTES_AROUND = "'' ".length();

  private static final Pattern END_LINE_BREAKS = Pattern.compile("[\r\n]++\\z");

  private Errors() {}

  static Reply unknownCommand(List<Bytes> words) {
    StringBuilder text = new StringBuilder("ERR unknown command '");
    text.append(shortened(words.get(0), MAX_QUOTED)).append("', with args beginning with: ");
    int quoted = 0;
    for (Bytes word : words.subList(1, words.size())) {
      if (quoted >= MAX_QUOTED) {
        break;
      }
      Bytes part = shortened(word, MAX_QUOTED - quoted);
      text.append('\'').append(part).append("' ");
      quoted += part.length() + BYTES_AROUND;
    }
    return new Reply.Failure(text.toString());
  }

  static Reply wrongNumberOfArguments(String command) {
    return new Reply.Failure("ERR wrong number of arguments for '" + command + "' command");
  }

  static Reply invalidExpireTime(String command) {
    return new Reply.Failure("ERR invalid expire time in '" + command + "' command");
  }

  static Reply unknownSubcommand(String command, Bytes subcommand) {
    return new Reply.Failure("ERR unknown subcommand '" + shortened(subcommand, MAX_QUOTED)
        + "'. Try " + command + " HELP.");
  }

  /** Line breaks at the end of a reply are dropped, where those in the middle of one become blanks; only here a client's word is at the end. */
  static Reply unsupportedOption(Bytes option) {
    String text = "ERR Unsupported option " + option.upToZero();
    return new Reply.Failure(END_LINE_BREAKS.matcher(text).replaceFirst(""));
  }

  static Reply notSupported(String what) {
    return new Reply.Failure("ERR " + what + " is not supported by this server");
  }

  /** Without what is behind a zero byte, and of so many bytes at most: the last character may be cut in the middle, as Redis does. */
  private static Bytes shortened(Bytes word, int length) {
    Bytes text = word.upToZero();
    return text.length() <= length ? text : Bytes.wrap(Arrays.copyOf(text.array(), length));
  }
}
