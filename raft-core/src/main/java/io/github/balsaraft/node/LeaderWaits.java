package io.github.balsaraft.node;

import io.github.balsaraft.api.OverloadedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Callers that wait for a leader. There may never be one: those who gave up, by cancelling or by a timeout of their own, are
 * forgotten, and the number of the others is bounded. Used by the mailbox's thread only.
 */
final class LeaderWaits {

  static final int MAX_WAITS = 1 << 16;

  /** Looking through fewer for those who gave up isn't worth it. */
  private static final int FEW = 64;

  private final int maxWaits;
  private List<CompletableFuture<Void>> waits = new ArrayList<>();
  private int lookAtSize = FEW;

  LeaderWaits(int maxWaits) {
    this.maxWaits = maxWaits;
  }

  /**
   * Takes in one more.
   *
   * @return null, or why it is one too many
   */
  @Nullable
  OverloadedException add(CompletableFuture<Void> wait) {
    if (waits.size() >= Math.min(lookAtSize, maxWaits)) {
      waits.removeIf(CompletableFuture::isDone);
      // Looked through again only after it has doubled, so that each addition costs little.
      lookAtSize = Math.max(FEW, 2 * waits.size());
    }
    if (waits.size() >= maxWaits) {
      return new OverloadedException(maxWaits + " callers await a leader already");
    }
    waits.add(wait);
    return null;
  }

  boolean isEmpty() {
    return waits.isEmpty();
  }

  int size() {
    return waits.size();
  }

  /** Takes all of them out. */
  List<CompletableFuture<Void>> take() {
    List<CompletableFuture<Void>> taken = waits;
    waits = new ArrayList<>();
    lookAtSize = FEW;
    return taken;
  }
}
