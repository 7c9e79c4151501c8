package io.github.balsaraft.examples.kv.cli;

/** How far something long has got, as a bar of characters. Pure. */
final class ProgressBar {

  private static final int WIDTH = 20;

  private ProgressBar() {}

  /** {@code [#########-----------] 45 %}; nothing if it isn't known how much there is. */
  static String of(long done, long total) {
    if (total <= 0 || done < 0) {
      return "";
    }
    double part = Math.min(1.0, (double) done / total);
    // Full only when it is.
    int full = (int) (part * WIDTH);
    return "[" + "#".repeat(full) + "-".repeat(WIDTH - full) + "] " + (int) (part * 100) + " %";
  }
}
