package io.github.balsaraft.examples.kv.state;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Keys that a pattern stands for, as long as they are no more bytes than they may be: then none is kept any more. */
final class FoundKeys implements Consumer<Bytes> {

  private final Glob glob;
  private final long maxBytes;
  private final List<Bytes> keys = new ArrayList<>();
  private long bytes;

  FoundKeys(Bytes pattern, long maxBytes) {
    this.glob = new Glob(pattern);
    this.maxBytes = maxBytes;
  }

  @Override
  public void accept(Bytes key) {
    if (!areTooMany() && glob.matches(key)) {
      bytes += Answer.Values.bytesOf(key.length());
      if (areTooMany()) {
        keys.clear();
      } else {
        keys.add(key);
      }
    }
  }

  boolean areTooMany() {
    return bytes > maxBytes;
  }

  /** All of them, unless they {@linkplain #areTooMany are too many}. */
  List<Bytes> keys() {
    return keys;
  }
}
