package io.github.balsaraft.core;

import io.github.balsaraft.core.log.LogClock;
import io.github.balsaraft.core.log.TermStarts;
import io.github.balsaraft.core.membership.ConfigurationHistory;
import io.github.balsaraft.core.quorum.Quorum;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReplicaId;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A state as bytes, such that states which can't be told apart by what they do have the same bytes.
 *
 * <p>Every field counts, unless it is named here with the reason why not. Moments count as their distance from now, numbers
 * of writes as their distance from the last durable one; replicas may be renamed on the way.
 *
 * <p>Only for configurations that never change.
 */
final class CanonicalForm {

  /** What these hold doesn't count, whoever refers to it. */
  private static final Set<Class<?>> IGNORED_TYPES = Set.of(
      Counts.class, // For people.
      ContactLog.class, // For people.
      CoreTrace.class,
      LastResort.class, // Nobody has priority 0.
      LeasePromise.class, // Leases are off.
      LeaderLease.class,
      AnswerStamps.class, // For the freshness of reads.
      ApplyPace.class, // Nobody says how far a state machine is.
      LogClock.class); // The wall clock stands still.

  /** No rule of the protocol reads these, or every reader only compares them for a freshness that is not explored. */
  private static final Set<Field> IGNORED = fields(
      "CoreContext.lastLoadGeneration", // Loads are answered at once.
      "progress.Progress.loadGeneration",
      "progress.FollowerContact.everContacted", // For changes and transfers.
      "progress.Progress.gotOnNanos", // Nobody is added.
      "progress.Progress.stalledSinceNanos", // Everything is stalled whenever anybody asks.
      "progress.FollowerContact.contactSequence", // For reads, which are not explored.
      "progress.FollowerContact.latestStamp",
      "progress.FollowerContact.stampBeforeRound",
      "progress.FollowerContact.echo",
      "ContactRounds.sequence",
      "ContactRounds.roundSequence",
      "ContactRounds.roundSentNanos",
      "ContactRounds.confirmedRoundSentNanos",
      "Replicator.lastSession", // Nobody joins.
      "log.RaftLog.unwrittenBytes", // No disk is given so much that its follower takes no more.
      "log.RaftLog.handedOverBytes",
      "log.RaftLog$UnfinishedWrite.bytes",
      "FollowerState.lastHeardNanos", // Votes are asked for when stickiness has run out.
      "FollowerState.leaderCommit", // For the freshness of reads.
      "FollowerState.completeSinceNanos",
      "FakeDisk.written", // The durable content and the pending writes.
      "HarnessReplica.id",
      "HarnessReplica.name",
      "HarnessReplica.clockNanos",
      "CoreContext.nowNanos");

  /** Numbers in messages that reads go by. */
  private static final Set<String> READ_NUMBERS = Set.of("sequence", "stamp", "echo");

  private static final Set<Field> WRITE_NUMBERS = fields(
      "WriteSequence.issued",
      "WriteSequence.durable",
      "WriteSequence.hardStateGate",
      "log.RaftLog$UnfinishedWrite.sequence",
      "HeldMessages$Held.sequence",
      "CandidateState.ownVoteWrite",
      "CoreWrite.sequence");

  /** A message that was sent may arrive any number of times, so it is enough to send it once. */
  private static final Set<Field> SENT_ONCE = fields("HeldMessages.held");

  private final int[] names;
  private final long nowNanos;
  private final long durableWrite;
  private final IdentityHashMap<Object, Boolean> seen = new IdentityHashMap<>();
  private ByteArrayOutputStream out = new ByteArrayOutputStream(512);

  private CanonicalForm(int[] names, long nowNanos, long durableWrite) {
    this.names = names;
    this.nowNanos = nowNanos;
    this.durableWrite = durableWrite;
  }

  /**
   * A replica's bytes.
   *
   * @param names the new name of each replica; the name of n1 at 1
   */
  static byte[] of(HarnessReplica replica, int[] names) {
    CoreContext context = (CoreContext) ObjectGraph.get(replica.core(), "context");
    CanonicalForm form = new CanonicalForm(names, replica.clockNanos, context.writes.durable());
    form.put(replica);
    return form.out.toByteArray();
  }

  /** A message's bytes. */
  static byte[] of(ProtocolMessage message, int[] names) {
    CanonicalForm form = new CanonicalForm(names, 0, 0);
    form.put(message);
    return form.out.toByteArray();
  }

  private void put(Object value) {
    if (value == null) {
      out.write(0);
    } else if (value instanceof ReplicaId id) {
      number(names[(int) id.value()]);
    } else if (value instanceof Long number) {
      number(number);
    } else if (value instanceof Integer number) {
      number(number);
    } else if (value instanceof Boolean flag) {
      number(flag ? 1 : 0);
    } else if (value instanceof Enum<?> constant) {
      text(constant.name());
    } else if (value instanceof EntryBatch batch) {
      // Term and index say what the entry is: a term has one leader, or the search ends.
      text(batch.type().name());
      number(batch.term());
      number(batch.firstIndex());
      number(batch.count());
    } else if (value instanceof TermStarts terms) {
      put(terms.base());
      put(terms.starts());
      number(terms.lastIndex());
    } else if (value instanceof List<?> || value instanceof ArrayDeque<?>) {
      inOrder((Iterable<?>) value);
    } else if (value instanceof Set<?> set) {
      unordered(set);
    } else if (value instanceof Map<?, ?> map) {
      unordered(map.entrySet());
    } else if (value instanceof Map.Entry<?, ?> entry) {
      put(entry.getKey());
      put(entry.getValue());
    } else if (IGNORED_TYPES.contains(value.getClass())) {
      return;
    } else if (value instanceof Configuration
        || value instanceof ConfigurationHistory
        || value instanceof Quorum
        || value instanceof RandomSource
        || value instanceof CoreOptions) {
      return; // Always the same.
    } else {
      object(value);
    }
  }

  private void inOrder(Iterable<?> elements) {
    for (Object element : elements) {
      number(1);
      put(element);
    }
    number(0);
  }

  /** A set, whose elements may stand in the order of the replicas, which renaming changes. */
  private void unordered(Iterable<?> elements) {
    ByteArrayOutputStream outer = out;
    List<byte[]> forms = new ArrayList<>();
    for (Object element : elements) {
      out = new ByteArrayOutputStream();
      put(element);
      forms.add(out.toByteArray());
    }
    out = outer;
    forms.sort(Arrays::compare);
    byte[] last = null;
    for (byte[] form : forms) {
      if (!Arrays.equals(form, last)) {
        number(1);
        out.writeBytes(form);
      }
      last = form;
    }
    number(0);
  }

  private void object(Object value) {
    Class<?> type = value.getClass();
    if (!type.getPackageName().startsWith("io.github.balsaraft")) {
      throw new AssertionError("nobody has said what a " + type + " is made of");
    }
    // Later writes may have equal content; they are distinct all the same.
    if (!type.isRecord() && seen.put(value, true) != null) {
      return;
    }
    number(type.getSimpleName().hashCode());
    try {
      for (Field field : ObjectGraph.fields(type)) {
        field(value, field);
      }
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  /** Fields by name, below this package. There must be each of them: else a field with a new name would count unnoticed. */
  private static Set<Field> fields(String... names) {
    Set<Field> found = new HashSet<>();
    for (String name : names) {
      int dot = name.lastIndexOf('.');
      String type = CanonicalForm.class.getPackageName() + "." + name.substring(0, dot);
      try {
        found.add(Class.forName(type).getDeclaredField(name.substring(dot + 1)));
      } catch (ReflectiveOperationException e) {
        throw new LinkageError("no field has the name " + name, e);
      }
    }
    return found;
  }

  private void field(Object owner, Field field) throws IllegalAccessException {
    if (IGNORED.contains(field)) {
      return;
    }
    if (WRITE_NUMBERS.contains(field)) {
      number(Math.max(0, field.getLong(owner) - durableWrite));
    } else if (field.getName().equals("session")
        || (owner instanceof ProtocolMessage && READ_NUMBERS.contains(field.getName()))) {
      // One session for each follower and term; and whether a heartbeat wants an answer.
      number(Math.min(1, field.getLong(owner)));
    } else if (field.getType() == long.class && field.getName().endsWith("Nanos")) {
      moment(field.getLong(owner));
    } else if (SENT_ONCE.contains(field)) {
      unordered((Iterable<?>) field.get(owner));
    } else {
      put(field.get(owner));
    }
  }

  /** What lies an election timeout back may as well lie further back. */
  private void moment(long nanos) {
    boolean never = nanos <= 0;
    number(never ? Long.MIN_VALUE : Math.max(nanos - nowNanos, -ScopeReplica.ELECTION_NANOS));
  }

  private void text(String value) {
    number(value.hashCode());
  }

  private void number(long value) {
    long rest = (value << 1) ^ (value >> 63);
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  /** A hash that is good enough to stand for the bytes: 64 bits. */
  static long hash(byte[] bytes) {
    long hash = 0x9e3779b97f4a7c15L ^ bytes.length;
    for (byte b : bytes) {
      hash = (hash ^ (b & 0xff)) * 0xff51afd7ed558ccdL;
      hash ^= hash >>> 29;
    }
    return mix(hash);
  }

  static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
