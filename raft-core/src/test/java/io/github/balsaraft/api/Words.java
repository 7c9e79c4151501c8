package io.github.balsaraft.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Random;

/** Commands and queries of state machines that count words. */
final class Words {

  private Words() {}

  /** One of twenty. */
  static byte[] any(Random random) {
    return ("w" + random.nextInt(20)).getBytes(UTF_8);
  }
}
