package io.github.balsaraft.storage.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Named.named;

import io.github.balsaraft.testing.FaultyDisk;
import io.github.balsaraft.testing.LogStoreFaults;
import io.github.balsaraft.testing.LogStoreFaultsContract;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The store under the faults of its disk: with the writes of one seed, and of others, as many as {@code -Draft.seeds} says. */
@Timeout(110)
class RocksDbFaultsTest extends LogStoreFaultsContract {

  private static final int OTHER_SEEDS = 2;

  private static final Consumer<LogStoreFaults> POWER_CUTS = LogStoreFaults::cutPower;

  private static final List<Named<Consumer<LogStoreFaults>>> FAULTS = List.of(
      named("power cuts", POWER_CUTS),
      named("power cuts after recoveries", LogStoreFaults::cutPowerAfterRecovery),
      named("failing operations", LogStoreFaults::failOperations),
      named("failing work in the background", LogStoreFaults::failInBackground),
      named("failing recoveries", LogStoreFaults::failRecovery),
      named("flipped bits", LogStoreFaults::flipBits));

  @TempDir
  Path temporary;

  private FaultyRocksDbDisk.Rack rack;

  @BeforeEach
  void setUp() {
    rack = new FaultyRocksDbDisk.Rack(temporary, seed());
  }

  @AfterEach
  void tearDown() {
    rack.close();
  }

  @Override
  protected FaultyDisk newDisk() {
    return new FaultyRocksDbDisk(rack);
  }

  static Stream<Arguments> otherSeeds() {
    return LongStream.range(2, 2 + Integer.getInteger("raft.seeds", OTHER_SEEDS))
        .boxed()
        .flatMap(seed -> FAULTS.stream().map(fault -> Arguments.of(seed, fault)));
  }

  @ParameterizedTest
  @MethodSource("otherSeeds")
  void otherWritesAndFaults(long seed, Consumer<LogStoreFaults> fault) {
    try (FaultyRocksDbDisk.Rack other = new FaultyRocksDbDisk.Rack(temporary, seed)) {
      fault.accept(new LogStoreFaults(() -> new FaultyRocksDbDisk(other), seed));
      if (fault == POWER_CUTS) {
        assertThat(other.losses().keySet())
            .as("ways in which what was not synced was lost")
            .isEqualTo(EnumSet.allOf(UnsyncedLoss.class));
      }
    }
  }
}
