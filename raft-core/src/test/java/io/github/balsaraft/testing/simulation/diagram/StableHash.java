package io.github.balsaraft.testing.simulation.diagram;

/** 64 bits of what was added, in its order: the same in every process. Against accidents, not against malice. */
final class StableHash {

  private static final long MULTIPLIER = 0x9e3779b97f4a7c15L;

  private long value = 0x2545f4914f6cdd1dL;

  StableHash add(long bits) {
    long mixed = (value ^ bits) * MULTIPLIER;
    value = mixed ^ (mixed >>> 29);
    return this;
  }

  StableHash add(String text) {
    add(text.length());
    long four = 0;
    for (int i = 0; i < text.length(); i++) {
      four = (four << 16) | text.charAt(i);
      if ((i & 3) == 3) {
        add(four);
        four = 0;
      }
    }
    return add(four);
  }

  long value() {
    long mixed = (value ^ (value >>> 32)) * MULTIPLIER;
    return mixed ^ (mixed >>> 29);
  }
}
