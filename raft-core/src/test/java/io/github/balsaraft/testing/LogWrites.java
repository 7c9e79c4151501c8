package io.github.balsaraft.testing;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.ReplicaRecord;
import io.github.balsaraft.storage.GroupWrite;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Short ways to say what the tests of log stores write. */
final class LogWrites {

  private LogWrites() {}

  /** A batch whose payloads tell where they belong. */
  static EntryBatch batch(long term, long firstIndex, int count) {
    return batch(EntryType.COMMAND, term, firstIndex, count, 0);
  }

  /** A batch of a type, with payloads of about the given size. */
  static EntryBatch batch(EntryType type, long term, long firstIndex, int count, int payloadBytes) {
    Payloads payloads = new Payloads(type, 64);
    for (int i = 0; i < count; i++) {
      String text = "entry " + (firstIndex + i) + " of term " + term + " ";
      byte[] payload =
          text.repeat(1 + payloadBytes / text.length()).getBytes(StandardCharsets.UTF_8);
      payloads.add(payload, Payloads.checksum(payload));
    }
    return payloads.place(new EntryId(term, firstIndex), 1_000 * term + firstIndex);
  }

  /** The record of a replica that is a member. */
  static ReplicaRecord member(long replica) {
    return new ReplicaRecord(new ReplicaId(replica), ReplicaRecord.State.MEMBER);
  }

  /** A write that creates the group's replica. */
  static GroupWrite newReplica(GroupId group) {
    return GroupWrite.ofReplica(group, member(group.value() + 1));
  }

  static GroupWrite append(GroupId group, EntryBatch... batches) {
    return new GroupWrite(group, null, null, 0, EntryId.NONE, List.of(batches));
  }

  static GroupWrite truncate(GroupId group, long fromIndex, EntryBatch... batches) {
    return new GroupWrite(group, null, null, fromIndex, EntryId.NONE, List.of(batches));
  }

  static GroupWrite startAfter(GroupId group, long term, long index, EntryBatch... batches) {
    return new GroupWrite(group, null, null, 0, new EntryId(term, index), List.of(batches));
  }

  static GroupWrite vote(GroupId group, long term, @Nullable ReplicaId votedFor) {
    return new GroupWrite(group, null, new HardState(term, votedFor), 0, EntryId.NONE, List.of());
  }

  /** A random write that keeps to the contract, given what was written before. */
  static GroupWrite random(GroupId group, LogModel log, Random random) {
    long stored = log.lastIndex() - log.firstIndex() + 1;
    long truncateFrom = 0;
    long next = log.nextIndex();
    if (stored > 0 && random.nextInt(6) == 0) {
      truncateFrom = log.firstIndex() + random.nextLong(stored);
      next = truncateFrom;
    }
    EntryId base = EntryId.NONE;
    long term = Math.max(1, truncateFrom > 0 ? log.termAt(truncateFrom - 1) : log.lastTerm());
    if (random.nextInt(10) == 0) {
      // Now and then one that the log doesn't have, as when a snapshot is installed.
      long index = log.firstIndex() + random.nextLong(next - log.firstIndex() + 1);
      if (random.nextInt(3) == 0) {
        term++;
        base = new EntryId(term, index + random.nextInt(3));
        next = base.index() + 1;
      } else if (index < next) {
        base = new EntryId(log.termAt(index), index);
      }
    }
    List<EntryBatch> batches = new ArrayList<>();
    for (int n = random.nextInt(4); n > 0; n--) {
      term += random.nextInt(4) == 0 ? 1 + random.nextInt(2) : 0;
      EntryType type = random.nextInt(6) == 0 ? EntryType.CONFIGURATION : EntryType.COMMAND;
      int count = type == EntryType.CONFIGURATION ? 1 : 1 + random.nextInt(7);
      batches.add(
          batch(type, term, next, count, random.nextInt(20) == 0 ? 9_000 : random.nextInt(80)));
      next += count;
    }
    HardState hardState = random.nextInt(3) == 0
        ? new HardState(
            term + random.nextInt(3),
            random.nextBoolean() ? new ReplicaId(1 + random.nextInt(9)) : null)
        : null;
    return new GroupWrite(group, null, hardState, truncateFrom, base, batches);
  }
}
