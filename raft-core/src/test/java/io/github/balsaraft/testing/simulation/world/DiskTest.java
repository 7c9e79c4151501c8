package io.github.balsaraft.testing.simulation.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.storage.LogStoreException;
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
}
