package io.github.balsaraft.examples.kv.faults;

import io.github.balsaraft.testing.KvInput;
import io.github.balsaraft.testing.KvOutput;

/** The operations of the model as commands of the protocol, and the replies as answers of the model. */
final class KvWire {

  private KvWire() {}

  static String[] command(KvInput input) {
    if (input instanceof KvInput.Get get) {
      return words("GET", get.key());
    } else if (input instanceof KvInput.Set set) {
      return words("SET", set.key(), set.value());
    } else if (input instanceof KvInput.CompareAndSet cas) {
      return cas.expected() == null
          ? words("SET", cas.key(), cas.value(), "NX")
          : words("SET", cas.key(), cas.value(), "IFEQ", cas.expected());
    } else if (input instanceof KvInput.Delete delete) {
      return words("DEL", delete.key());
    } else if (input instanceof KvInput.Append append) {
      return words("APPEND", append.key(), append.text());
    } else if (input instanceof KvInput.Increment increment) {
      return words("INCRBY", increment.key(), Long.toString(increment.by()));
    }
    throw new IllegalArgumentException("no command for " + input);
  }

  private static String[] words(String... words) {
    return words;
  }

  /**
   * What a reply that is no error means.
   *
   * @param reply as {@link io.github.balsaraft.examples.kv.testing.RespClient} renders it
   */
  static KvOutput answer(String reply) {
    if (reply.equals("nil")) {
      return KvOutput.nil();
    } else if (reply.equals("+OK")) {
      return KvOutput.ok();
    } else if (reply.startsWith(":")) {
      return KvOutput.number(Long.parseLong(reply.substring(1)));
    } else if (reply.startsWith("\"") && reply.indexOf('\\') < 0) {
      return KvOutput.value(reply.substring(1, reply.length() - 1));
    }
    throw new IllegalArgumentException("unexpected reply: " + reply);
  }

  static boolean isError(String reply) {
    return reply.startsWith("-");
  }

  /** The first word of an error: what clients go by. */
  static String errorCode(String reply) {
    int blank = reply.indexOf(' ');
    return blank < 0 ? reply : reply.substring(0, blank);
  }

  /** Whether an error promises that nothing was executed, now or later. */
  static boolean isCertainlyNotExecuted(String reply) {
    return switch (errorCode(reply)) {
      case "-CLUSTERDOWN", "-TRYAGAIN", "-MOVED", "-ERR" -> true;
      case "-UNKNOWN", "-EXECUTED" -> false;
      default -> throw new IllegalArgumentException("an error that isn't documented: " + reply);
    };
  }

  static boolean isWrite(KvInput input) {
    return !(input instanceof KvInput.Get);
  }
}
