package io.github.balsaraft.testing;

import static io.github.balsaraft.testing.LogWrites.append;
import static io.github.balsaraft.testing.LogWrites.batch;
import static io.github.balsaraft.testing.LogWrites.member;
import static io.github.balsaraft.testing.LogWrites.newReplica;
import static io.github.balsaraft.testing.LogWrites.startAfter;
import static io.github.balsaraft.testing.LogWrites.truncate;
import static io.github.balsaraft.testing.LogWrites.vote;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.storage.CompactedException;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.storage.RecoveredGroup;
import io.github.balsaraft.storage.RecoveredState;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link LogStore} must do. Inherit it, say how your store is opened, and all tests run against it:
 *
 * <pre>{@code
 * class MyLogStoreTest extends LogStoreContract {
 *     @TempDir Path folder;
 *
 *     @Override
 *     protected LogStore open() {
 *         return new MyLogStore(folder);
 *     }
 * }
 * }</pre>
 *
 * <p>Which bytes survive a loss of power can't be shown without control over the disk: that is what {@link LogStoreFaultsContract} asks,
 * of stores that are to survive one.
 */
public abstract class LogStoreContract {

  private static final GroupId G = GroupId.DEFAULT;
  private static final GroupId OTHER = new GroupId(7);
  private static final long NO_LIMIT = Long.MAX_VALUE;

  private LogStore store;
  private RecoveredState recovered;

  /** For subclasses. */
  protected LogStoreContract() {}

  /**
   * Opens a store without recovering it. The first call in a test opens an empty one, each later call opens what the one
   * before has left.
   */
  protected abstract LogStore open();

  /**
   * Leaves the store as a killed process would and opens it again. Override it if your store can be left without
   * {@link LogStore#close}.
   */
  protected LogStore killAndOpen(LogStore left) {
    left.close();
    return open();
  }

  @BeforeEach
  final void openTheStore() {
    store = open();
    recovered = store.recover();
  }

  @AfterEach
  final void closeTheStore() {
    store.close();
  }

  @Test
  void newStoreIsEmpty() {
    assertThat(recovered.host()).isNull();
    assertThat(recovered.groups()).isEmpty();
  }

  @Test
  void hostRecordIsKeptAndReplaced() {
    HostRecord born = new HostRecord(new HostId("n1"), 42, null);
    store.write(new LogWrite(born, List.of()));
    reopen();
    assertThat(recovered.host()).isEqualTo(born);

    HostRecord member = born.inCluster(new ClusterIdentity(99, 3));
    store.write(new LogWrite(member, List.of(newReplica(G))));
    reopen();
    assertThat(recovered.host()).isEqualTo(member);
  }

  @Test
  void replicaRecordAloneMakesAGroup() {
    write(newReplica(G));
    reopen();
    assertThat(group(G))
        .isEqualTo(new RecoveredGroup(
            member(1), HardState.INITIAL, EntryId.NONE, EntryId.NONE, List.of(), List.of(), 0));
  }

  @Test
  void hardStateIsTheLastOneWritten() {
    write(newReplica(G), vote(G, 3, new ReplicaId(5)));
    write(vote(G, 4, null));
    write(vote(G, 4, new ReplicaId(-1)));
    reopen();
    assertThat(group(G).hardState()).isEqualTo(new HardState(4, new ReplicaId(-1)));
  }

  @Test
  void appendedBatchesAreReadAsTheyWere() {
    EntryBatch first = batch(1, 1, 3);
    EntryBatch second = batch(2, 4, 1);
    write(newReplica(G), append(G, first, second));
    assertThat(store.read(G, 1, 4, NO_LIMIT)).containsExactly(first, second);
    reopen();
    assertThat(store.read(G, 1, 4, NO_LIMIT)).containsExactly(first, second);
    assertThat(group(G).last()).isEqualTo(new EntryId(2, 4));
    assertThat(group(G).termStarts()).containsExactly(new EntryId(1, 1), new EntryId(2, 4));
    assertThat(group(G).lastLogTimeMillis()).isEqualTo(second.logTimeMillis());
  }

  @Test
  void largeAndEmptyPayloadsAreKept() {
    EntryBatch large = batch(EntryType.COMMAND, 1, 1, 2, 3_000_000);
    EntryBatch noOp = Payloads.single(EntryType.NO_OP, new byte[0]).place(new EntryId(2, 3), 7);
    write(newReplica(G), append(G, large, noOp));
    reopen();
    assertThat(store.read(G, 1, 3, NO_LIMIT)).containsExactly(large, noOp);
  }

  @Test
  void groupsOfOneWriteDoNotMix() {
    EntryBatch mine = batch(1, 1, 2);
    EntryBatch others = batch(9, 1, 5);
    write(
        newReplica(G),
        newReplica(OTHER),
        append(G, mine),
        append(OTHER, others),
        vote(OTHER, 9, null));
    write(truncate(OTHER, 4), startAfter(OTHER, 9, 2));
    reopen();
    assertThat(recovered.groups().keySet()).containsExactly(G, OTHER);
    assertThat(store.read(G, 1, 2, NO_LIMIT)).containsExactly(mine);
    assertThat(store.read(OTHER, 3, 3, NO_LIMIT)).containsExactly(others.from(3).upTo(3));
    assertThat(group(G).hardState()).isEqualTo(HardState.INITIAL);
    assertThat(group(OTHER).hardState().term()).isEqualTo(9);
  }

  @Test
  void laterWriteOfTheSameGroupBuildsOnTheEarlier() {
    EntryBatch kept = batch(1, 1, 4);
    EntryBatch replacement = batch(2, 3, 2);
    write(
        newReplica(G),
        append(G, kept),
        truncate(G, 3, replacement),
        append(G, batch(2, 5, 1)),
        truncate(G, 5));
    assertThat(store.read(G, 1, 4, NO_LIMIT)).containsExactly(kept.upTo(2), replacement);
    reopen();
    assertThat(store.read(G, 1, 4, NO_LIMIT)).containsExactly(kept.upTo(2), replacement);
    assertThat(group(G).last()).isEqualTo(new EntryId(2, 4));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 3, 4, 5, 6, 7, 9})
  void truncationForgetsEverythingFromAnIndexOn(long from) {
    EntryBatch[] batches = {batch(1, 1, 3), batch(1, 4, 3), batch(3, 7, 3)};
    EntryBatch configuration = batch(EntryType.CONFIGURATION, 3, 10, 1, 0);
    write(newReplica(G), append(G, batches), append(G, configuration));
    write(truncate(G, from));
    assertThatThrownBy(() -> store.read(G, from, from, NO_LIMIT))
        .isInstanceOf(LogStoreException.class);
    reopen();
    LogModel model = new LogModel();
    model.apply(newReplica(G));
    model.apply(append(G, batches));
    model.apply(truncate(G, from));
    model.assertRecovered(group(G));
    if (from > 1) {
      model.assertRead(store.read(G, 1, from - 1, NO_LIMIT), 1, from - 1, NO_LIMIT);
    }
    EntryBatch appended = batch(4, from, 2);
    write(append(G, appended));
    reopen();
    assertThat(store.read(G, from, from + 1, NO_LIMIT)).containsExactly(appended);
  }

  @Test
  void theSameEntriesCanBeAppendedAgain() {
    EntryBatch batch = batch(1, 1, 3);
    write(newReplica(G), append(G, batch));
    write(truncate(G, 1, batch));
    write(truncate(G, 2, batch.from(2)));
    reopen();
    assertThat(store.read(G, 1, 3, NO_LIMIT)).containsExactly(batch.upTo(1), batch.from(2));
  }

  @Test
  void truncationRestoresTheConfigurationBefore() {
    EntryBatch first = batch(EntryType.CONFIGURATION, 1, 1, 1, 0);
    EntryBatch second = batch(EntryType.CONFIGURATION, 2, 4, 1, 0);
    write(newReplica(G), append(G, first, batch(1, 2, 2), second));
    reopen();
    assertThat(group(G).configurations()).containsExactly(first, second);
    write(truncate(G, 4));
    reopen();
    assertThat(group(G).configurations()).containsExactly(first);
  }

  @Test
  void readsFromTheMiddleToTheMiddle() {
    EntryBatch first = batch(1, 1, 4);
    EntryBatch second = batch(1, 5, 4);
    write(newReplica(G), append(G, first, second));
    assertThat(store.read(G, 3, 6, NO_LIMIT)).containsExactly(first.from(3), second.upTo(6));
    assertThat(store.read(G, 2, 3, NO_LIMIT)).containsExactly(first.from(2).upTo(3));
  }

  @Test
  void readStopsAtTheLimitButReturnsAtLeastOneEntry() {
    EntryBatch first = batch(1, 1, 4);
    EntryBatch second = batch(1, 5, 4);
    write(newReplica(G), append(G, first, second));
    int both = first.sizeInBytes() + second.sizeInBytes();
    assertThat(store.read(G, 1, 8, both)).containsExactly(first, second);
    assertThat(store.read(G, 1, 8, both - 1)).containsExactly(first);
    assertThat(store.read(G, 1, 8, 1)).containsExactly(first.upTo(1));
    assertThat(store.read(G, 2, 8, 0)).containsExactly(first.from(2).upTo(2));
  }

  /** A store that doesn't know says 0. */
  @Test
  void bytesAreEstimatedWithoutReadingThem() {
    byte[] large = new byte[1 << 20];
    new Random(1).nextBytes(large);
    write(newReplica(G));
    for (int index = 1; index <= 8; index++) {
      write(
          append(G, Payloads.single(EntryType.COMMAND, large).place(new EntryId(1, index), 1000)));
    }
    reopen();
    long all = store.approximateBytes(G, 1, 8);
    long half = store.approximateBytes(G, 1, 4);
    if (all != 0) {
      assertThat(all).isBetween(7L << 20, 9L << 20);
      assertThat(half).isBetween(3L << 20, 5L << 20);
    }
    assertThat(store.approximateBytes(new GroupId(77), 1, 8)).isZero();
  }

  @Test
  void compactionTakesTheBeginningAndKeepsThePositionAtTheBorder() {
    EntryBatch first = batch(2, 1, 4);
    EntryBatch second = batch(2, 5, 4);
    EntryBatch third = batch(3, 9, 1);
    write(newReplica(G), append(G, first, second, third));
    write(startAfter(G, 2, 6));
    for (int round = 0; round < 2; round++) {
      assertThat(store.read(G, 7, 9, NO_LIMIT)).containsExactly(second.from(7), third);
      assertThatThrownBy(() -> store.read(G, 6, 9, NO_LIMIT))
          .isInstanceOfSatisfying(
              CompactedException.class, e -> assertThat(e.firstIndex()).isEqualTo(7));
      reopen();
      assertThat(group(G).base()).isEqualTo(new EntryId(2, 6));
      assertThat(group(G).termStarts()).containsExactly(new EntryId(2, 7), new EntryId(3, 9));
      assertThat(group(G).last()).isEqualTo(new EntryId(3, 9));
    }
  }

  @Test
  void compactionOfAWholeTermKeepsItAtTheBorder() {
    write(newReplica(G), append(G, batch(2, 1, 4), batch(5, 5, 2)));
    write(startAfter(G, 2, 4));
    reopen();
    assertThat(group(G).base()).isEqualTo(new EntryId(2, 4));
    assertThat(group(G).termStarts()).containsExactly(new EntryId(5, 5));
  }

  @Test
  void compactionNeverGoesBack() {
    write(newReplica(G), append(G, batch(1, 1, 9)));
    write(startAfter(G, 1, 6));
    write(startAfter(G, 1, 3));
    assertThat(store.read(G, 7, 9, NO_LIMIT)).hasSize(1);
    reopen();
    assertThat(group(G).base()).isEqualTo(new EntryId(1, 6));
    assertThat(group(G).last()).isEqualTo(new EntryId(1, 9));
  }

  @Test
  void compactionOfEverythingLeavesTheTermOfTheLastEntry() {
    write(newReplica(G), append(G, batch(1, 1, 4), batch(3, 5, 2)));
    write(startAfter(G, 3, 6));
    reopen();
    assertThat(group(G).base()).isEqualTo(new EntryId(3, 6));
    assertThat(group(G).last()).isEqualTo(new EntryId(3, 6));
    assertThat(group(G).termStarts()).isEmpty();
    EntryBatch next = batch(3, 7, 2);
    write(append(G, next));
    reopen();
    assertThat(group(G).termStarts()).containsExactly(new EntryId(3, 7));
    assertThat(store.read(G, 7, 8, NO_LIMIT)).containsExactly(next);
    write(truncate(G, 7));
    reopen();
    assertThat(group(G).last()).isEqualTo(new EntryId(3, 6));
  }

  @Test
  void compactionOfEntriesOfTheSameWriteTakesTheEntriesBefore() {
    EntryBatch replacement = batch(3, 4, 3);
    write(newReplica(G), append(G, batch(1, 1, 6)));
    write(new GroupWrite(G, null, null, 4, new EntryId(1, 2), List.of(replacement)));
    reopen();
    assertThat(group(G).base()).isEqualTo(new EntryId(1, 2));
    assertThat(store.read(G, 3, 6, NO_LIMIT)).hasSize(2).contains(replacement);
  }

  /** An installed snapshot replaces the whole log, which goes on after it. */
  @ParameterizedTest
  @ValueSource(longs = {3, 10, 20})
  void baseThatTheLogDoesNotHaveLeavesAnEmptyLogThatGoesOnAfterIt(long index) {
    write(newReplica(G), append(G, batch(1, 1, 9), batch(EntryType.CONFIGURATION, 2, 10, 1, 0)));
    write(startAfter(G, 4, index));
    EntryId base = new EntryId(4, index);
    reopen();
    assertThat(group(G).base()).isEqualTo(base);
    assertThat(group(G).last()).isEqualTo(base);
    assertThat(group(G).termStarts()).isEmpty();
    assertThat(group(G).configurations()).isEmpty();
    assertThat(group(G).lastLogTimeMillis()).isZero();
    assertThatThrownBy(() -> store.read(G, index, index, NO_LIMIT))
        .isInstanceOf(CompactedException.class);

    EntryBatch next = batch(5, index + 1, 2);
    write(append(G, next));
    assertThat(store.read(G, index + 1, index + 2, NO_LIMIT)).containsExactly(next);
    reopen();
    assertThat(store.read(G, index + 1, index + 2, NO_LIMIT)).containsExactly(next);
    assertThat(group(G).termStarts()).containsExactly(new EntryId(5, index + 1));
  }

  @Test
  void entriesOfTheSameWriteFollowTheInstalledBase() {
    EntryBatch next = batch(4, 6, 2);
    write(newReplica(G), append(G, batch(1, 1, 9)));
    write(startAfter(G, 4, 5, next), startAfter(G, 4, 6));
    for (int round = 0; round < 2; round++) {
      assertThat(store.read(G, 7, 7, NO_LIMIT)).containsExactly(next.from(7));
      reopen();
      assertThat(group(G).base()).isEqualTo(new EntryId(4, 6));
      assertThat(group(G).last()).isEqualTo(new EntryId(4, 7));
    }
  }

  @Test
  void entryOfAnEarlierTermThanTheBaseIsRefused() {
    write(newReplica(G), append(G, batch(1, 1, 2)), startAfter(G, 4, 7));
    assertThatThrownBy(() -> write(append(G, batch(3, 8, 1))))
        .isInstanceOf(LogStoreException.class);
  }

  @Test
  void readingWhatIsNotThereIsRefused() {
    write(newReplica(G), append(G, batch(1, 1, 2)));
    assertThatThrownBy(() -> store.read(G, 3, 3, NO_LIMIT)).isInstanceOf(LogStoreException.class);
    assertThatThrownBy(() -> store.read(OTHER, 1, 1, NO_LIMIT))
        .isInstanceOf(LogStoreException.class);
  }

  @Test
  void appendThatLeavesAHoleIsRefusedAndEndsTheStore() {
    write(newReplica(G), append(G, batch(1, 1, 2)));
    assertThatThrownBy(() -> write(append(G, batch(1, 4, 1))))
        .isInstanceOf(LogStoreException.class);
    assertThatThrownBy(() -> write(append(G, batch(1, 3, 1))))
        .isInstanceOf(LogStoreException.class);
    reopen();
    assertThat(group(G).last()).isEqualTo(new EntryId(1, 2));
  }

  @Test
  void closedStoreRefuses() {
    write(newReplica(G), append(G, batch(1, 1, 1)));
    store.close();
    assertThatThrownBy(() -> write(append(G, batch(1, 2, 1))))
        .isInstanceOf(LogStoreException.class);
    assertThatThrownBy(() -> store.read(G, 1, 1, NO_LIMIT)).isInstanceOf(LogStoreException.class);
    store.close();
  }

  /** Random writes of several groups against a map of single entries, with restarts at random points. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void agreesWithANaiveLog(long seed) {
    agreesWithANaiveLog(seed, 0, 1, Long.MAX_VALUE);
  }

  /** A store may keep the log of one group otherwise than those of several. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void agreesWithANaiveLogOfOneGroup(long seed) {
    agreesWithANaiveLog(seed, 0);
  }

  private void agreesWithANaiveLog(long seed, long... numbers) {
    Random random = new Random(seed);
    SortedMap<GroupId, LogModel> models = new TreeMap<>();
    for (long group : numbers) {
      write(newReplica(new GroupId(group)));
      models.put(new GroupId(group), new LogModel());
      models.get(new GroupId(group)).apply(newReplica(new GroupId(group)));
    }
    List<GroupId> groups = List.copyOf(models.keySet());
    for (int step = 0; step < 300; step++) {
      GroupWrite[] writes = new GroupWrite[1 + random.nextInt(3)];
      for (int i = 0; i < writes.length; i++) {
        GroupId group = groups.get(random.nextInt(groups.size()));
        writes[i] = LogWrites.random(group, models.get(group), random);
        models.get(group).apply(writes[i]);
      }
      write(writes);
      if (random.nextInt(12) == 0) {
        store = random.nextBoolean() ? killAndOpen(store) : closeAndOpen();
        recovered = store.recover();
        models.forEach((group, model) -> model.assertRecovered(group(group)));
      }
      models.forEach((group, model) -> compareARange(group, model, random));
    }
  }

  private void compareARange(GroupId group, LogModel model, Random random) {
    long stored = model.lastIndex() - model.firstIndex() + 1;
    if (stored > 0) {
      long from = model.firstIndex() + random.nextLong(stored);
      long to = from + random.nextLong(model.lastIndex() - from + 1);
      long maxBytes = random.nextBoolean() ? NO_LIMIT : random.nextInt(2_000);
      model.assertRead(store.read(group, from, to, maxBytes), from, to, maxBytes);
    }
  }

  private void write(GroupWrite... writes) {
    store.write(LogWrite.of(Arrays.asList(writes)));
  }

  private void reopen() {
    store = closeAndOpen();
    recovered = store.recover();
  }

  private LogStore closeAndOpen() {
    store.close();
    return open();
  }

  private RecoveredGroup group(GroupId group) {
    RecoveredGroup found = recovered.groups().get(group);
    assertThat(found).as("recovered group %s", group).isNotNull();
    return found;
  }
}
