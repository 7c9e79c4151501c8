package io.github.balsaraft.testing.simulation.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.LogWrite;
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
}
