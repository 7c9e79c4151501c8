package io.github.balsaraft.examples.kv.state;

/**
 * The patterns of KEYS, SCAN and CONFIG GET, as Redis reads them: {@code *}, {@code ?}, {@code [abc]}, {@code [^a-z]}, and a
 * backslash before a byte that stands for itself. A class that isn't closed ends with the pattern. The order of bytes in a class is
 * that of signed numbers, in which those from 0x80 on come first, as with a Redis on x86-64.
 */
public final class Glob {

  private final byte[] pattern;

  /** A pattern; every text is one. */
  public Glob(Bytes pattern) {
    this.pattern = pattern.array();
  }

  /** Whether it stands for the whole of a text. */
  public boolean matches(Bytes wanted) {
    byte[] text = wanted.array();
    int p = 0;
    int t = 0;
    // Only the last star needs to be tried again, so the
    // time is at most one length times the other.
    int afterStar = -1;
    int retry = 0;
    while (t < text.length) {
      if (p < pattern.length && pattern[p] == '*') {
        afterStar = ++p;
        retry = t;
        continue;
      }
      int next = p < pattern.length ? step(p, text[t]) : -1;
      if (next >= 0) {
        p = next;
        t++;
      } else if (afterStar >= 0) {
        p = afterStar;
        t = ++retry;
      } else {
        return false;
      }
    }
    while (p < pattern.length && pattern[p] == '*') {
      p++;
    }
    return p == pattern.length;
  }

  /** The place behind what stands for one byte, or -1 if it doesn't stand for this one. */
  private int step(int p, byte wanted) {
    return switch (pattern[p]) {
      case '?' -> p + 1;
      case '[' -> stepOverClass(p + 1, wanted);
      case '\\' -> {
        int literal = p + 1 < pattern.length ? p + 1 : p;
        yield pattern[literal] == wanted ? literal + 1 : -1;
      }
      default -> pattern[p] == wanted ? p + 1 : -1;
    };
  }

  private int stepOverClass(int begin, byte wanted) {
    int p = begin;
    boolean excluding = p < pattern.length && pattern[p] == '^';
    if (excluding) {
      p++;
    }
    boolean found = false;
    while (p < pattern.length && pattern[p] != ']') {
      int left = pattern.length - p;
      if (left >= 2 && pattern[p] == '\\') {
        found |= pattern[p + 1] == wanted;
        p += 2;
      } else if (left >= 3 && pattern[p + 1] == '-') {
        byte a = pattern[p];
        byte b = pattern[p + 2];
        found |= wanted >= Math.min(a, b) && wanted <= Math.max(a, b);
        p += 3;
      } else {
        found |= pattern[p] == wanted;
        p++;
      }
    }
    int behind = Math.min(p + 1, pattern.length);
    return found != excluding ? behind : -1;
  }
}
