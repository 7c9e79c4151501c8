package io.github.balsaraft.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.Payloads;

/** Makes the batches of a log, one behind the other, all of term 1. */
final class NextEntries {

  private static final long LOG_TIME_MILLIS = 5;

  private long lastIndex;

  /** A batch at the end of the log. */
  EntryBatch next(EntryType type, String... payloads) {
    Payloads batch = new Payloads(type, payloads.length);
    for (String payload : payloads) {
      byte[] bytes = payload.getBytes(UTF_8);
      batch.add(bytes, Payloads.checksum(bytes));
    }
    EntryBatch placed = batch.place(new EntryId(1, lastIndex + 1), LOG_TIME_MILLIS);
    lastIndex = placed.lastIndex();
    return placed;
  }

  /** Where the log ends. */
  long lastIndex() {
    return lastIndex;
  }
}
