package io.github.balsaraft.testing.simulation.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

/** The form in which {@link KvWorkload} and {@link KvMachine} talk: words, divided by zero bytes. */
record KvCommand(Verb verb, String key, String expected, String value) {

  enum Verb {
    SET,
    SET_IF,
    SET_IF_ABSENT,
    DELETE,
    ADD
  }

  private static final String BETWEEN = "\0";

  byte[] encode() {
    return String.join(BETWEEN, verb.name(), key, expected, value).getBytes(UTF_8);
  }

  static KvCommand decode(byte[] bytes) {
    String[] words = new String(bytes, UTF_8).split(BETWEEN, -1);
    return new KvCommand(Verb.valueOf(words[0]), words[1], words[2], words[3]);
  }

  /** Nothing at all stands for no value. */
  static byte[] answer(@Nullable String value) {
    return value == null ? new byte[0] : ("=" + value).getBytes(UTF_8);
  }

  static @Nullable String decodeAnswer(byte[] answer) {
    return answer.length == 0 ? null : new String(answer, 1, answer.length - 1, UTF_8);
  }
}
