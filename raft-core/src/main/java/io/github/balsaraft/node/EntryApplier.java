package io.github.balsaraft.node;

import io.github.balsaraft.api.BatchingStateMachine;
import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.CommandRejectedException;
import io.github.balsaraft.api.SessionKeepingStateMachine;
import io.github.balsaraft.api.SessionsStatus;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.SessionEntry;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogStoreException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Applies committed entries to a state machine, in order and each once, a slice at a time. They wait in memory up to a budget;
 * beyond it only their indexes are known, and they are read back from the log store. Used by the apply threads, one at a time,
 * unless a method says otherwise.
 */
final class EntryApplier {

  /** Hears what the state machine returned, or that it refused. */
  interface Results {
    void applied(long index, byte[] result);

    /** The state machine refused the command, as every replica does. */
    void rejected(long index, CommandRejectedException rejection);

    /**
     * One of the two.
     *
     * @param rejection null unless the state machine refused it
     */
    default void tell(long index, byte[] result, @Nullable CommandRejectedException rejection) {
      if (rejection == null) {
        applied(index, result);
      } else {
        rejected(index, rejection);
      }
    }
  }

  /**
   * Why no entry is applied any more. The message says what was being done, for people; the cause is what was thrown, which nobody
   * has looked at yet: an application's exception may throw when it is asked for its text.
   */
  static final class EntryFailure extends Exception {
    private static final long serialVersionUID = 1L;
    private final Throwable thrown;
    private final boolean ofStore;

    EntryFailure(String what, Throwable thrown, boolean ofStore) {
      super(what, thrown);
      this.thrown = thrown;
      this.ofStore = ofStore;
    }

    /** Whether the log store failed, and the state machine was not asked. */
    boolean isOfStore() {
      return ofStore;
    }

    /** The cause, which is there. */
    Throwable thrown() {
      return thrown;
    }

    /** What was being done, for people. */
    String what() {
      return String.valueOf(getMessage());
    }
  }

  /** How much is read back from the log store at once. It bounds memory; other sizes were not measured. */
  private static final long READ_BACK_BYTES = 4L << 20;

  /** How many bytes are applied before waiting reads get their turn. */
  private static final long SLICE_BYTES = 1L << 20;

  /** What a batch that waits takes besides its bytes, about; else tiny batches would slip through the budget. */
  static final long OVERHEAD_BYTES = 256;

  private static final byte[] NO_RESULT = {};

  private final GroupId group;
  private final StateMachine stateMachine;
  private final LogStore store;
  private final long maxQueuedBytes;
  private final Results results;

  /** Says no once nobody waits for the apply threads any longer, or a snapshot is about to replace the state. */
  private final BooleanSupplier mayGoOn;

  /** Says yes once nobody waits for the apply threads any longer: what the application has may be closed by now. */
  private final BooleanSupplier isAbandoned;

  /** Batches in memory, ascending, each above {@link #appliedIndex}; with gaps where they must be read back. */
  private final ArrayDeque<EntryBatch> queued = new ArrayDeque<>();

  private final AtomicLong queuedBytes = new AtomicLong();
  private final AppliedCommand command = new AppliedCommand();
  private final ApplyPosition position = new ApplyPosition();

  /** A part of the state beside the application's, as old as that. */
  private SessionTable sessions = new SessionTable();

  private final boolean isBatching;
  private final OpenBatch batch;
  /** For other threads; as of the last batch. */
  private volatile SessionsStatus sessionsStatus = sessions.status();

  private long committedIndex;

  /** Invariant: {@code appliedIndex <= committedIndex}. */
  private volatile long appliedIndex;

  /** What the state machine was given; what is beyond {@link #appliedIndex} is in the open batch. */
  private long reachedIndex;

  /** The term of the entry there, if it was given that here. */
  private long reachedTerm;

  /**
   * @param appliedIndex the index that the state machine has applied already
   * @param maxQueuedBytes the budget
   * @param mayGoOn asked before each command
   * @param isAbandoned asked before the end of a batch
   */
  EntryApplier(
      GroupId group,
      StateMachine stateMachine,
      LogStore store,
      long appliedIndex,
      long maxQueuedBytes,
      Results results,
      BooleanSupplier mayGoOn,
      BooleanSupplier isAbandoned) {
    this.group = group;
    this.stateMachine = stateMachine;
    this.store = store;
    this.appliedIndex = appliedIndex;
    this.committedIndex = appliedIndex;
    this.maxQueuedBytes = maxQueuedBytes;
    this.results = results;
    this.mayGoOn = mayGoOn;
    this.isAbandoned = isAbandoned;
    this.isBatching = stateMachine instanceof BatchingStateMachine;
    this.batch = new OpenBatch(stateMachine);
    this.reachedIndex = appliedIndex;
    if (stateMachine instanceof SessionKeepingStateMachine) {
      sessions.keepRecords();
    }
  }

  /** How many sessions there are, and what they take. On any thread. */
  SessionsStatus sessionsStatus() {
    return sessionsStatus;
  }

  /** About how many bytes the log store has from one index to another. */
  long approximateBytes(long fromIndex, long toIndex) {
    return store.approximateBytes(group, fromIndex, toIndex);
  }

  /** The highest index that the state machine has applied. On any thread. */
  long appliedIndex() {
    return appliedIndex;
  }

  /** The clients' sessions, as of {@link #appliedIndex}; to be kept in a snapshot together with the application's state. */
  SessionTable sessions() {
    return sessions;
  }

  /** The application's state was replaced by that of a snapshot, and the sessions with it. */
  void restored(EntryId last, SessionTable restored) {
    sessions = restored;
    sessionsStatus = restored.status();
    startAfter(last.index());
    if (stateMachine instanceof SessionKeepingStateMachine keeper) {
      sessions.keepRecords();
      keeper.putSessions(last, sessions.recordsInPlaceOf(keeper.sessionRecords()));
      keeper.endBatch();
    }
  }

  /** The state machine has kept its state by itself, up to here, and the sessions with it if it can. */
  void goesOnAfter(EntryId held) {
    startAfter(held.index());
    if (stateMachine instanceof SessionKeepingStateMachine keeper) {
      sessions = SessionTable.ofRecords(keeper.sessionRecords());
      sessionsStatus = sessions.status();
    }
  }

  /** Whether there is more to apply. */
  boolean isBehind() {
    return appliedIndex < committedIndex;
  }

  /**
   * Takes room in the budget for batches that are to be {@linkplain #committed queued}. On any thread.
   *
   * @return the batches; or none if there isn't room for all of them, and then nobody may hold on to them
   */
  List<EntryBatch> keepWithinBudget(List<EntryBatch> batches) {
    long bytes = 0;
    for (EntryBatch batch : batches) {
      bytes += weight(batch);
    }
    if (queuedBytes.get() + bytes > maxQueuedBytes) {
      return List.of();
    }
    queuedBytes.addAndGet(bytes);
    return batches;
  }

  /** Bytes of batches that wait in memory. On any thread. */
  long queuedBytes() {
    return queuedBytes.get();
  }

  private static long weight(EntryBatch batch) {
    return batch.sizeInBytes() + OVERHEAD_BYTES;
  }

  /** What a snapshot of the present state says about the log. */
  ApplyPosition position() {
    return position;
  }

  /**
   * Whether {@link #position} is that of the present state, which is to stay for now: not in the middle of entries that came together, of
   * which the position knows nothing before their end, nor in an open batch.
   */
  boolean isAtPosition() {
    return appliedIndex == reachedIndex
        && reachedIndex == position.last().index()
        && mayGoOn.getAsBoolean();
  }

  /** Entries up to here may be applied; these of them are in memory. */
  void committed(long index, List<EntryBatch> kept) {
    for (EntryBatch batch : kept) {
      if (batch.firstIndex() > appliedIndex) {
        queued.add(batch);
      } else {
        // A state machine on disk holds it already, or its beginning, which is read back without.
        queuedBytes.addAndGet(-weight(batch));
      }
    }
    committedIndex = Math.max(committedIndex, index);
  }

  /** The state machine holds everything up to here, by other ways than being told to apply it. */
  private void startAfter(long index) {
    appliedIndex = index;
    reachedIndex = index;
    committedIndex = Math.max(committedIndex, index);
    while (!queued.isEmpty() && queued.getFirst().firstIndex() <= index) {
      queuedBytes.addAndGet(-weight(queued.removeFirst()));
    }
  }

  /** Nothing more is applied: lets go of what waits. */
  void clear() {
    queued.clear();
  }

  /** Applies some of what is committed, so that others get their turn. */
  void applySlice() throws EntryFailure {
    long bytes = 0;
    while (reachedIndex < committedIndex && bytes < SLICE_BYTES && mayGoOn.getAsBoolean()) {
      EntryBatch next = queued.peekFirst();
      if (next != null && next.firstIndex() == reachedIndex + 1) {
        queued.removeFirst();
        queuedBytes.addAndGet(-weight(next));
        apply(next);
        bytes += next.sizeInBytes();
      } else {
        // Before the log is read, which may fail: nothing
        // may meet the machine in the middle of a batch.
        endBatch();
        long gapEnd =
            next == null ? committedIndex : Math.min(committedIndex, next.firstIndex() - 1);
        for (EntryBatch read : readBack(gapEnd)) {
          if (!mayGoOn.getAsBoolean()) {
            // The one before may have been left half way:
            // what comes next must not be passed over it.
            break;
          }
          apply(read);
          bytes += read.sizeInBytes();
        }
      }
    }
    endBatch();
  }

  /** Has the state machine make its own what it was given, and tells the results. */
  private void endBatch() throws EntryFailure {
    if (batch.isEmpty() || isAbandoned.getAsBoolean()) {
      return;
    }
    long first = appliedIndex + 1;
    try {
      batch.end(new EntryId(reachedTerm, reachedIndex), sessions);
      appliedIndex = reachedIndex;
      batch.tell(results);
    } catch (Throwable e) {
      throw new EntryFailure(
          "the end of the batch of entries from " + first + " to " + reachedIndex + " failed",
          e,
          false);
    }
  }

  /** A fault of the disk, or of the log store, is not the state machine's: an operator must be able to tell them apart. */
  private List<EntryBatch> readBack(long toIndex) throws EntryFailure {
    long fromIndex = reachedIndex + 1;
    try {
      List<EntryBatch> batches = store.read(group, fromIndex, toIndex, READ_BACK_BYTES);
      check(batches, fromIndex, toIndex);
      return batches;
    } catch (Throwable e) {
      throw new EntryFailure(
          "reading the entry at " + fromIndex + " back from the log store failed", e, true);
    }
  }

  private static void check(List<EntryBatch> batches, long fromIndex, long toIndex) {
    if (batches.isEmpty()) {
      // Asked again and again it would keep this thread for ever.
      throw new LogStoreException("it returned nothing from index " + fromIndex + " on");
    }
    long expected = fromIndex;
    for (EntryBatch batch : batches) {
      if (batch.firstIndex() != expected) {
        throw new LogStoreException(
            "it returned the entry at " + batch.firstIndex() + " in place of that at " + expected);
      }
      expected = batch.lastIndex() + 1;
    }
    if (expected > toIndex + 1) {
      // What is beyond may not be committed.
      throw new LogStoreException("it returned entries up to " + (expected - 1)
          + " where no more than those up to " + toIndex + " were asked for");
    }
  }

  private void apply(EntryBatch entries) throws EntryFailure {
    command.batch = entries;
    EntryType type = entries.type();
    if (type == EntryType.COMMAND || type == EntryType.SESSION) {
      for (EntryBatch.Cursor cursor = entries.cursor(); mayGoOn.getAsBoolean() && cursor.next(); ) {
        applyOne(cursor, type);
        if (batch.isFull()) {
          endBatch();
        }
      }
    } else {
      sessions.expire(entries.logTimeMillis());
      reachedIndex = entries.lastIndex();
      reachedTerm = entries.term();
      if (batch.isEmpty()) {
        appliedIndex = reachedIndex;
      }
    }
    if (type == EntryType.SESSION || sessions.size() != sessionsStatus.open()) {
      sessionsStatus = sessions.status();
    }
    if (reachedIndex == entries.lastIndex()) {
      position.passed(entries);
    }
  }

  private void applyOne(EntryBatch.Cursor cursor, EntryType type) throws EntryFailure {
    command.cursor = cursor;
    try {
      // With each entry, whatever it is, and not with each batch: those differ between replicas.
      sessions.expire(command.batch.logTimeMillis());
      byte[] result = NO_RESULT;
      CommandRejectedException rejection = null;
      try {
        result = type == EntryType.COMMAND ? applyCommand() : applyInSession(cursor);
      } catch (CommandRejectedException e) {
        rejection = e;
      }
      reachedIndex = cursor.index();
      reachedTerm = command.batch.term();
      if (isBatching) {
        batch.applied(reachedIndex, result, rejection);
      } else {
        appliedIndex = reachedIndex;
        results.tell(reachedIndex, result, rejection);
      }
    } catch (Throwable e) {
      throw new EntryFailure("applying the entry at " + cursor.index() + " failed", e, false);
    }
  }

  private byte[] applyCommand() {
    if (isBatching) {
      batch.command(command.payload().remaining());
    }
    return resultOf(stateMachine.apply(command));
  }

  /** Between the log and the state machine: who sees that a command was applied before. */
  private byte[] applyInSession(EntryBatch.Cursor cursor) {
    return sessions
        .apply(
            cursor.index(),
            command.batch.logTimeMillis(),
            SessionEntry.decode(cursor.payload()),
            content -> applyContent(content))
        .encode();
  }

  private byte[] applyContent(ByteBuffer content) {
    command.content = content;
    try {
      return applyCommand();
    } finally {
      command.content = null;
    }
  }

  /** The contract rules null out, but a slip must not stop every replica at the same entry. */
  private static byte[] resultOf(byte @Nullable [] returned) {
    return returned == null ? NO_RESULT : returned;
  }

  /**
   * One object for all commands: it is valid during the call only. With one for each, a write in memory with 1,024 outstanding
   * allocates 650 bytes instead of 571, and takes no longer in what could be measured (docs/benchmarks.md).
   */
  private static final class AppliedCommand implements Command {
    @SuppressWarnings("NullAway.Init")
    EntryBatch batch;

    @SuppressWarnings("NullAway.Init")
    EntryBatch.Cursor cursor;

    /** What the state machine sees of the payload; null if it is all of it. */
    @Nullable
    ByteBuffer content;

    @Override
    public long index() {
      return cursor.index();
    }

    @Override
    public long term() {
      return batch.term();
    }

    @Override
    public long logTimeMillis() {
      return batch.logTimeMillis();
    }

    @Override
    public ByteBuffer payload() {
      return content == null ? cursor.payload() : content.duplicate();
    }

    @Override
    public byte[] bytes() {
      if (content == null) {
        return cursor.payloadBytes();
      }
      byte[] bytes = new byte[content.remaining()];
      content.duplicate().get(bytes);
      return bytes;
    }
  }
}
