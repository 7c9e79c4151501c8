package io.github.balsaraft.examples.kv.command;

import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.state.Bytes;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * One command, as the COMMAND command describes it.
 *
 * @param name in small letters
 * @param arity the number of words, the name included; negative if that is the least
 * @param flags of Redis, separated by blanks
 * @param firstKey position of the first key, or 0
 * @param lastKey position of the last key; -1 is the last word
 * @param keyStep from one key to the next
 * @param summary what it does, in a sentence
 * @param secondWords the words that may stand behind its name and say what is wanted, in small letters and sorted; keys and values
 *     are none
 * @param planner says what its words mean
 */
record CommandSpec(
    String name,
    int arity,
    String flags,
    int firstKey,
    int lastKey,
    int keyStep,
    String summary,
    List<String> secondWords,
    Planner planner) {

  /** Says what the words of a request mean; their number has been checked. */
  @FunctionalInterface
  interface Planner {
    Planned plan(List<Bytes> words);
  }

  /** A command on keys from the first argument on. */
  static CommandSpec onKeys(
      String name,
      int arity,
      String flags,
      int lastKey,
      int keyStep,
      String summary,
      Planner planner) {
    return new CommandSpec(name, arity, flags, 1, lastKey, keyStep, summary, List.of(), planner);
  }

  /** A command that names no key. */
  static CommandSpec keyless(
      String name, int arity, String flags, String summary, Planner planner) {
    return new CommandSpec(name, arity, flags, 0, 0, 0, summary, List.of(), planner);
  }

  /** The same one, with the words that may stand behind its name. */
  CommandSpec withSecondWords(Collection<String> words) {
    return new CommandSpec(
        name,
        arity,
        flags,
        firstKey,
        lastKey,
        keyStep,
        summary,
        words.stream().sorted().toList(),
        planner);
  }

  boolean accepts(int words) {
    return arity >= 0 ? words == arity : words >= -arity;
  }

  /** The ten fields of COMMAND INFO since Redis 7. */
  Reply describe() {
    List<Reply> flagReplies =
        Arrays.stream(flags.split(" ")).<Reply>map(Reply.Status::new).toList();
    Reply none = new Reply.Array(List.of());
    return new Reply.Array(List.of(
        Reply.Bulk.of(name),
        new Reply.Int(arity),
        new Reply.Array(flagReplies),
        new Reply.Int(firstKey),
        new Reply.Int(lastKey),
        new Reply.Int(keyStep),
        none,
        none,
        none,
        none));
  }

  /** The entry of COMMAND DOCS. */
  Reply document() {
    return new Reply.Array(List.of(
        Reply.Bulk.of("summary"),
        Reply.Bulk.of(summary),
        Reply.Bulk.of("group"),
        Reply.Bulk.of(firstKey > 0 ? "string" : "connection")));
  }

  static String lowerCase(Bytes word) {
    return word.latin1().toLowerCase(Locale.ROOT);
  }

  /** An option in capitals. It ends at a zero byte, as in Redis, where only names of commands, keys, values and numbers are read further. */
  static String option(Bytes word) {
    return word.upToZero().latin1().toUpperCase(Locale.ROOT);
  }
}
