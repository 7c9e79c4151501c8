package io.github.balsaraft.examples.kv.state;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.CommandRejectedException;
import io.github.balsaraft.api.SnapshotReader;
import io.github.balsaraft.api.SnapshotView;
import io.github.balsaraft.api.SnapshotWriter;
import io.github.balsaraft.api.SnapshottingStateMachine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The replicated key-value store, in memory: each command is a {@link Batch}, each result its {@link Answers}. */
public class KvStateMachine implements SnapshottingStateMachine {

  /**
   * Once the answers to reads that come together take so many bytes of their own, the rest is left undone: they stay until the
   * client has taken them.
   */
  private static final long MAX_OWN_BYTES = 1 << 20;

  private final MemoryKeys memory = new MemoryKeys();
  private final Keyspace keyspace;

  /** Once answers to reads exceed this, the rest is left undone. */
  private final long maxReadBytes;

  /** No answer to one read of several values is longer. */
  private final long maxAnswerBytes;

  /** Whether the values and keys in an answer were copied for it; else they are those of the store. */
  private final boolean copies;

  /** What of the state any thread may look at, as of the last command. */
  private volatile Summary summary = new Summary(0, 0, Long.MAX_VALUE, 0, Map.of());

  /** An empty one. */
  public KvStateMachine() {
    this(MAX_OWN_BYTES);
  }

  /**
   * An empty one.
   *
   * @param maxReadBytes how many bytes answers that are given together may take beside the values, and one answer more
   */
  KvStateMachine(long maxReadBytes) {
    keyspace = new Keyspace(memory);
    this.maxReadBytes = maxReadBytes;
    maxAnswerBytes = Long.MAX_VALUE;
    copies = false;
  }

  /**
   * With the keys elsewhere.
   *
   * @param maxReadBytes how many bytes of values may be copied for reads that are answered together, and one value more
   */
  KvStateMachine(KeyStore keys, long maxReadBytes) {
    keyspace = new Keyspace(keys);
    this.maxReadBytes = maxReadBytes;
    maxAnswerBytes = maxReadBytes;
    copies = true;
  }

  private record Summary(
      int keys,
      int expiringKeys,
      long nextDeadlineMillis,
      long logTimeMillis,
      Map<String, String> addresses) {}

  @Override
  public byte[] apply(Command command) {
    byte[] answers = execute(command);
    summarize();
    return answers;
  }

  final byte[] execute(Command command) {
    Batch batch = decode(command.payload());
    keyspace.beginEntry(command.index(), command.logTimeMillis());
    return Answers.applyAll(batch, keyspace);
  }

  /** One client that sends garbage must not stop every replica; what a newer version may have written must. */
  private static Batch decode(ByteBuffer payload) {
    try {
      return Batch.decode(payload);
    } catch (FormatException e) {
      if (e.isNewer()) {
        throw e;
      }
      throw new CommandRejectedException("no batch: " + e.getMessage());
    } catch (IllegalArgumentException e) {
      throw new CommandRejectedException("no batch: " + e.getMessage());
    }
  }

  final Keyspace keyspace() {
    return keyspace;
  }

  /** What any thread may see from now on is the present state. */
  final void summarize() {
    summary = new Summary(
        keyspace.size(),
        keyspace.deadlineCount(),
        keyspace.nextDeadlineMillis(),
        keyspace.logTimeMillis(),
        keyspace.clientAddresses());
  }

  @Override
  public SnapshotView capture() {
    return SnapshotView.of(keyspace.capture(memory.freeze(), memory.deletions()));
  }

  @Override
  public void restore(SnapshotReader snapshot) throws IOException {
    if (!snapshot.files().contains(SnapshotWriter.STATE)) {
      throw new IOException(
          "the snapshot is of a server with another --engine than memory: all servers of a "
              + "cluster have the same");
    }
    KvSnapshot.read(snapshot.state(), keyspace);
    summarize();
  }

  /**
   * Answers a batch that only reads, at the log time.
   *
   * @throws IllegalArgumentException if it would write
   */
  @Override
  public byte[] query(byte[] query) {
    Batch batch = Batch.decode(ByteBuffer.wrap(query));
    batch.operations().forEach(KvStateMachine::requireRead);
    keyspace.beginRead(keyspace.logTimeMillis());
    return Answers.applyAll(batch, keyspace);
  }

  /**
   * Answers reads, without copying a value that is in memory. There may be fewer answers than reads, but for the first: the rest
   * was not read, because the answers would take too much memory, or too many keys were looked at. To be called where {@link #query} may be called.
   *
   * @param clockMillis what time the reader thinks it is, since 1970. It decides what TTL answers, never whether a key exists
   * @throws IllegalArgumentException if one of them would write
   */
  public Reads read(List<Operation> reads, long clockMillis) {
    return read(reads, clockMillis, Long.MAX_VALUE);
  }

  /**
   * As {@link #read(List, long)}, with a bound of the reader's own.
   *
   * @param maxBytes once the answers take so much memory that isn't shared with the store, the rest is not read
   */
  public Reads read(List<Operation> reads, long clockMillis, long maxBytes) {
    List<Answer> answers = new ArrayList<>(reads.size());
    keyspace.beginRead(clockMillis);
    long dueMillis = Reads.NOTHING_DUE;
    reads.forEach(KvStateMachine::requireRead);
    long mostBytes = Math.min(maxReadBytes, maxBytes);
    long bytes = 0;
    long looks = 0;
    for (Operation read : reads) {
      if (bytes > mostBytes || looks > Batch.MOST_LOOKS) {
        break;
      }
      dueMillis = Math.min(dueMillis, dueMillis(read, clockMillis));
      looks += read.looks(keyspace.size());
      Answer answer = read.applyTo(keyspace, Answers.mostBytes(read, maxAnswerBytes));
      bytes += answer.ownBytes() + copiedValueBytes(answer);
      answers.add(answer);
    }
    return new Reads(answers, dueMillis);
  }

  /**
   * How much memory answers to reads take that are for one reader alone: values in memory are those of the store. The object that each is
   * doesn't count, since it takes no more than its command.
   */
  public long copiedBytes(List<Answer> answers) {
    return answers.stream()
        .mapToLong(answer -> answer.ownBytes() - Answer.OBJECT_BYTES + copiedValueBytes(answer))
        .sum();
  }

  private long copiedValueBytes(Answer answer) {
    return copies ? answer.valueBytes() : 0;
  }

  /**
   * What was read.
   *
   * @param dueMillis the earliest deadline of the keys that were looked at and exist by the log time, but not by the reader's clock: an
   *     entry should let the log time go on, and then it should be read again; {@link #NOTHING_DUE} if there is none
   */
  public record Reads(List<Answer> answers, long dueMillis) {

    /** No key was looked at whose time has come. */
    public static final long NOTHING_DUE = Long.MAX_VALUE;

    public Reads {
      answers = List.copyOf(answers);
    }

    /** Whether there is such a key. */
    public boolean meetsDue() {
      return dueMillis != NOTHING_DUE;
    }
  }

  private long dueMillis(Operation read, long clockMillis) {
    long nextMillis = keyspace.nextDeadlineMillis();
    if (nextMillis > clockMillis) {
      return Reads.NOTHING_DUE;
    }
    return read.looksAtAllKeys()
        ? nextMillis
        : read.keys().stream()
            .mapToLong(key -> keyspace.dueMillis(key, clockMillis))
            .min()
            .orElse(Reads.NOTHING_DUE);
  }

  /** How many keys there were after the last command. Any thread may ask. */
  public int keys() {
    return summary.keys();
  }

  /** How many of them have a deadline. Any thread may ask. */
  public int expiringKeys() {
    return summary.expiringKeys();
  }

  /** When the next key expires, in milliseconds since 1970, or {@link Long#MAX_VALUE}. Any thread may ask. */
  public long nextDeadlineMillis() {
    return summary.nextDeadlineMillis();
  }

  /** The log time of the last command. Any thread may ask. */
  public long logTimeMillis() {
    return summary.logTimeMillis();
  }

  /** Where clients reach a server, if that has announced it. Any thread may ask. */
  public Optional<String> clientAddress(String hostId) {
    return Optional.ofNullable(summary.addresses().get(hostId));
  }

  private static void requireRead(Operation operation) {
    if (operation.isWrite()) {
      throw new IllegalArgumentException(
          "a query must not write: " + operation.getClass().getSimpleName());
    }
  }
}
