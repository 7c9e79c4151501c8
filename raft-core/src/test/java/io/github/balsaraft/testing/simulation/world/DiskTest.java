package io.github.balsaraft.testing.simulation.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.ReplicaRecord;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.LogWrite;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A simulated disk whose power goes off between two writes. */
class DiskTest {

  private final Disk disk = new Disk(Chance.of(1, "disk"));

  @Test
  @DisplayName("so many writes are done, and the next is not")
  void powerOff() {
    disk.powerOffAfter(2);
    disk.append(new byte[5]);
    disk.append(new byte[5]);
    assertThat(disk.nextNumber()).isEqualTo(3);
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> disk.append(new byte[5]))
          .isInstanceOf(LogStoreException.class)
          .hasMessageContaining("killed while it wrote");
    }
    disk.powerOn();
    long before = disk.nextNumber();
    disk.append(new byte[5]);
    assertThat(disk.nextNumber()).isEqualTo(before + 1);
  }

  private static byte[] stored(Disk disk, @Nullable HardState hardState) {
    GroupWrite group = new GroupWrite(GroupId.DEFAULT, null, hardState, 0, EntryId.NONE, List.of());
    return StoredWrite.encode(disk.nextNumber(), LogWrite.of(List.of(group)));
  }

  @Test
  @DisplayName(
      "the newest term and vote that can be damaged are hit, and whoever reads them names the write")
  void hardState() {
    disk.append(stored(disk, new HardState(1, null)));
    assertThat(disk.holdsHardState()).as("the latest write may be a torn one").isFalse();
    assertThat(disk.flipABitOfTheHardState()).isFalse();
    disk.append(stored(disk, new HardState(2, new ReplicaId(7))));
    disk.append(stored(disk, null));
    disk.append(stored(disk, new HardState(3, null)));
    assertThat(disk.firstDamagedWrite()).isZero();
    assertThat(disk.holdsHardState()).isTrue();
    assertThat(disk.flipABitOfTheHardState()).isTrue();
    assertThat(disk.isDamaged()).isTrue();
    assertThat(disk.firstDamagedWrite()).isEqualTo(2);
    assertThatThrownBy(disk::read)
        .isInstanceOf(LogStoreException.class)
        .hasMessageContaining("write 2 of 4 is damaged")
        .hasMessageContaining("give this host a new, empty folder");
    assertThat(disk.holdsHardState()).as("behind the damage nobody looks").isFalse();
  }

  private static LogWrite append(long index) {
    return append(index, EntryType.COMMAND);
  }

  private static LogWrite append(long index, EntryType type) {
    EntryBatch batch =
        Payloads.single(type, new byte[] {(byte) index}).place(new EntryId(1, index), 7);
    ReplicaRecord replica =
        index > 1 ? null : new ReplicaRecord(new ReplicaId(7), ReplicaRecord.State.MEMBER);
    return LogWrite.of(
        List.of(new GroupWrite(GroupId.DEFAULT, replica, null, 0, EntryId.NONE, List.of(batch))));
  }

  /** The last entry that a process finds. */
  private static long found(DiskLogStore store) {
    return store.recover().groups().get(GroupId.DEFAULT).last().index();
  }

  private static long shown(DiskLogStore store, long index) {
    return store.read(GroupId.DEFAULT, index, index, 1000).get(0).lastIndex();
  }

  @Test
  @DisplayName(
      "what a sync could not write stays readable, is called written when it is tried again, and is gone after a crash")
  void failedSync() {
    for (Disk.Failure how : Disk.Failure.values()) {
      Disk fragile = new Disk(Chance.of(1, "disk"));
      List<LogWrite> told = new ArrayList<>();
      DiskLogStore store = DiskLogStore.trusting(fragile, told::add);
      store.recover();
      store.write(append(1));
      fragile.failNextWrite(how);
      assertThatThrownBy(() -> store.write(append(2))).isInstanceOf(LogStoreException.class);
      assertThat(shown(store, 2)).isEqualTo(2);
      store.write(append(2));
      store.write(append(3));
      assertThat(told).hasSize(3);
      assertThat(shown(store, 3)).isEqualTo(3);
      assertThat(store.hasFailed()).isTrue();
      assertThat(store.writesAfterFailure()).isEqualTo(2);

      DiskLogStore next = DiskLogStore.trusting(fragile, told::add);
      long left = how == Disk.Failure.AFTER ? 2 : 1;
      assertThat(found(next)).as("%s", how).isEqualTo(left);
      next.write(append(left + 1));
      assertThat(found(new DiskLogStore(fragile)))
          .as("the next process writes to the disk again")
          .isEqualTo(left + 1);
    }
  }

  @Test
  @DisplayName("what a process has read into its memory doesn't change with the disk")
  void memory() {
    DiskLogStore first = new DiskLogStore(disk);
    first.recover();
    first.write(append(1, EntryType.CONFIGURATION));
    first.write(append(2));
    DiskLogStore store = new DiskLogStore(disk);
    EntryBatch configuration =
        store.recover().groups().get(GroupId.DEFAULT).configurations().get(0);
    byte[] before = configuration.encode();
    for (int i = 0; i < 200; i++) {
      assertThat(disk.flipABit()).isTrue();
      assertThat(configuration.encode()).isEqualTo(before);
    }
    assertThat(disk.firstDamagedWrite()).isEqualTo(1);
  }

  @Test
  @DisplayName("a store that keeps the contract refuses to write again")
  void refused() {
    DiskLogStore store = new DiskLogStore(disk);
    store.recover();
    disk.failNextWrite(Disk.Failure.BEFORE);
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> store.write(append(1))).isInstanceOf(LogStoreException.class);
    }
    assertThat(store.writesAfterFailure()).isEqualTo(1);
  }
}
