package io.github.balsaraft.storage.rocksdb;

import io.github.balsaraft.testing.FaultyDisk;
import io.github.balsaraft.testing.LogStoreFaultsContract;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(110)
class RocksDbFaultsTest extends LogStoreFaultsContract {

  @TempDir
  Path temporary;

  private FaultyRocksDbDisk.Rack rack;

  @BeforeEach
  void setUp() {
    rack = new FaultyRocksDbDisk.Rack(temporary);
  }

  @AfterEach
  void tearDown() {
    rack.close();
  }

  @Override
  protected FaultyDisk newDisk() {
    return new FaultyRocksDbDisk(rack);
  }
}
