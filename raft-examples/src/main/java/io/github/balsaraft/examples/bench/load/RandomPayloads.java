package io.github.balsaraft.examples.bench.load;

import java.util.Random;

/** Commands of random bytes, so that no system gains from compression. The same in each run. */
public final class RandomPayloads {

  private static final int DIFFERENT = 256;
  private static final long SEED = 1;

  private final byte[][] payloads;

  /** Commands of one size. */
  public RandomPayloads(int bytes) {
    Random random = new Random(SEED);
    payloads = new byte[DIFFERENT][bytes];
    for (byte[] payload : payloads) {
      random.nextBytes(payload);
    }
  }

  /** The payload of the operation with this number; must not be changed. */
  public byte[] of(long number) {
    return payloads[(int) (number % DIFFERENT)];
  }
}
