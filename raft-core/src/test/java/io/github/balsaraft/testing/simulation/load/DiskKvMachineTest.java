package io.github.balsaraft.testing.simulation.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.balsaraft.api.OnDiskStateMachine;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.testing.MachineDisk;
import io.github.balsaraft.testing.MadeUpCommand;
import io.github.balsaraft.testing.OnDiskStateMachineContract;
import io.github.balsaraft.testing.simulation.load.KvCommand.Verb;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.FragileFolder;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The simulator's own state machine on disk does what every one must, on the simulator's folder. */
class DiskKvMachineTest extends OnDiskStateMachineContract {

  private record FolderOfOne(FragileFolder folder) implements MachineDisk {
    @Override
    public OnDiskStateMachine open() {
      return new DiskKvMachine(folder);
    }

    @Override
    public MachineDisk killNow() {
      return new FolderOfOne(folder.copy(Chance.of(1, "killed")));
    }

    @Override
    public MachineDisk cutNow(Random random) {
      FragileFolder left = folder.copy(Chance.of(random.nextLong(), "cut"));
      left.powerCut();
      return new FolderOfOne(left);
    }
  }

  @Override
  protected MachineDisk newDisk() {
    return new FolderOfOne(new FragileFolder(Chance.of(1, "disk")));
  }

  @Override
  protected byte[] command(Random random) {
    String key = "k" + random.nextInt(9);
    return switch (random.nextInt(3)) {
      case 0 -> new KvCommand(Verb.DELETE, key, "", "").encode();
      case 1 -> new KvCommand(Verb.ADD, "n", "", "" + random.nextInt(9)).encode();
      default -> new KvCommand(Verb.SET, key, "", "v".repeat(random.nextInt(900))).encode();
    };
  }

  @Override
  protected byte[] query(Random random) {
    return ("k" + random.nextInt(9)).getBytes(StandardCharsets.UTF_8);
  }

  @Test
  @DisplayName("trap 46: whatever write a loss of power interrupts, what is left is of one moment")
  void trap46_anyWriteInterrupted() {
    int commands = 400;
    for (int writes = 0; writes < 900; writes += 7) {
      FragileFolder folder = new FragileFolder(Chance.of(writes, "disk"));
      folder.powerOffAfter(writes);
      Throwable end = catchThrowable(() -> countTo(new DiskKvMachine(folder), 0, commands));
      if (writes < commands) {
        assertThat(end).isInstanceOf(UncheckedIOException.class);
      }
      folder.powerCut();
      DiskKvMachine left = new DiskKvMachine(folder);
      int held = (int) left.appliedEntry().index();
      assertThat(sum(left)).isEqualTo(held == 0 ? "" : "=" + held);
      countTo(left, held, commands);
      assertThat(sum(left)).isEqualTo("=" + commands);
      assertThat(left.appliedEntry()).isEqualTo(new EntryId(1, commands));
    }
  }

  @Test
  @DisplayName("whatever bit has changed, what is left is of an earlier moment")
  void anyBitChanged() {
    int commands = 400;
    FragileFolder written = new FragileFolder(Chance.of(1, "disk"));
    countTo(new DiskKvMachine(written), 0, commands);
    int earlier = 0;
    for (int flip = 0; flip < 500; flip++) {
      FragileFolder damaged = written.copy(Chance.of(flip, "flip"));
      assertThat(damaged.flipABit()).isTrue();
      DiskKvMachine left = new DiskKvMachine(damaged);
      int held = (int) left.appliedEntry().index();
      assertThat(sum(left)).isEqualTo(held == 0 ? "" : "=" + held);
      earlier += held < commands ? 1 : 0;
      countTo(left, held, commands);
      assertThat(new DiskKvMachine(damaged).appliedEntry()).isEqualTo(new EntryId(1, commands));
    }
    assertThat(earlier).isEqualTo(500);
  }

  private static String sum(DiskKvMachine machine) {
    return new String(machine.query(new byte[] {'n'}), StandardCharsets.UTF_8);
  }

  private static void countTo(DiskKvMachine machine, int from, int to) {
    for (int index = from + 1; index <= to; index++) {
      machine.apply(new MadeUpCommand(index, 1, 0, new KvCommand(Verb.ADD, "n", "", "1").encode()));
      machine.endBatch();
    }
  }
}
