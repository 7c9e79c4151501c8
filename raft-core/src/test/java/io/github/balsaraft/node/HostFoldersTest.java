package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.storage.FolderSnapshotStore;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.storage.SnapshotFolder;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.FragileFolder;
import io.github.balsaraft.testing.simulation.world.SimulatedEnvironment;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A log and a folder of snapshots, and whose they are. */
class HostFoldersTest {

  private static final HostId N1 = new HostId("n1");
  private static final ClusterIdentity CLUSTER = new ClusterIdentity(5, 1);

  private final RecordedLines lines = new RecordedLines();
  private final FragileFolder folder = new FragileFolder(Chance.of(1, "folder"));
  private final FolderSnapshotStore snapshots = new FolderSnapshotStore(folder, 16);
  private MemoryLogStore log = new MemoryLogStore();
  private long nextIncarnation = 7;

  /** Starts a host, after an earlier process of it if there was one. */
  private HostRecord start(HostId self, @Nullable FolderSnapshotStore withSnapshots) {
    log = new MemoryLogStore(log.contents());
    return folders(self, log, withSnapshots).claim(log.recover().host(), () -> nextIncarnation++);
  }

  private HostRecord start() {
    return start(N1, snapshots);
  }

  private HostFolders folders(
      HostId self, MemoryLogStore withLog, @Nullable FolderSnapshotStore withSnapshots) {
    return new HostFolders(
        self,
        withLog,
        withSnapshots,
        SimulatedEnvironment.alone(new VirtualTime()),
        new RateLimitedLog("n1", lines));
  }

  /** It founds or joins a cluster. */
  private HostRecord isBorn(HostRecord record, ClusterIdentity cluster) {
    HostRecord born = record.inCluster(cluster);
    log.write(new LogWrite(born, List.of()));
    return born;
  }

  @Test
  void theSnapshotsOfANewHostAreItsOwnAtEachStart() throws IOException {
    HostRecord first = start();
    assertThat(first).isEqualTo(new HostRecord(N1, 7, null));
    assertThat(snapshots.owner()).isEqualTo(first);
    assertThat(start()).isEqualTo(first);
    HostRecord born = isBorn(first, CLUSTER);
    long operations = folder.operations();
    assertThat(start()).isEqualTo(born);
    assertThat(snapshots.owner()).as("of the cluster the next start tells").isEqualTo(born);
    assertThat(folder.operations()).isGreaterThan(operations);
    operations = folder.operations();
    assertThat(start()).isEqualTo(born);
    assertThat(folder.operations()).as("nothing new").isEqualTo(operations);
    assertThat(nextIncarnation).as("one was drawn").isEqualTo(8);
  }

  @Test
  void aFolderOfAnEarlierVersionIsTakenAndClaimed() throws IOException {
    HostRecord record = start(N1, null);
    assertThat(snapshots.owner()).isNull();
    assertThat(start()).isEqualTo(record);
    assertThat(snapshots.owner()).isEqualTo(record);
  }

  @Test
  void snapshotsOfAnotherHostAreRefusedAndLeftAlone() throws IOException {
    HostRecord other = new HostRecord(new HostId("n2"), 9, CLUSTER);
    snapshots.claim(other);
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(this::start)
          .isInstanceOf(LogStoreException.class)
          .hasMessageStartingWith(
              "the snapshots belong to host n2 in cluster c0000000000000005/1, not to n1")
          .hasMessageContaining("name the folder");
    }
    assertThat(snapshots.owner()).isEqualTo(other);
    assertThat(log.recover().host()).as("and the log is not touched").isNull();
  }

  @Test
  void snapshotsOfAnotherLogOfThisHostAreRefused() throws IOException {
    HostRecord record = start();
    isBorn(record, CLUSTER);
    HostRecord other = new HostRecord(N1, record.incarnation() + 1, new ClusterIdentity(6, 1));
    snapshots.claim(other);
    assertThatThrownBy(this::start)
        .isInstanceOf(LogStoreException.class)
        .hasMessageContaining("belong to another log of host n1 in cluster c0000000000000006/1")
        .hasMessageContaining("join anew");
    assertThat(snapshots.owner()).isEqualTo(other);
  }

  /** Both were copied before they were used. */
  @Test
  void snapshotsOfAnotherClusterAreRefusedAndThoseOfAnEarlierLifeOfItAreNot() throws IOException {
    HostRecord record = start();
    isBorn(record, CLUSTER);
    snapshots.claim(record.inCluster(new ClusterIdentity(6, 1)));
    assertThatThrownBy(this::start)
        .isInstanceOf(LogStoreException.class)
        .hasMessageContaining("in cluster c0000000000000006/1");
    snapshots.claim(record.inCluster(new ClusterIdentity(5, 3)));
    assertThat(start().cluster()).isEqualTo(CLUSTER);
  }

  /** The log's folder may be mistyped, and the right log needs them. */
  @Test
  void aNewLogTakesNoSnapshotsFromAnEarlierOne() throws IOException {
    HostRecord born = isBorn(start(), CLUSTER);
    MemoryLogStore right = log;
    log = new MemoryLogStore();
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(this::start)
          .isInstanceOf(LogStoreException.class)
          .hasMessageStartingWith(
              "the log is new, and the snapshots belong to an earlier one of host n1")
          .hasMessageContaining("name the folder of that log")
          .hasMessageContaining("join anew");
      assertThat(log.recover().host()).as("and the log is not touched").isNull();
    }
    log = right;
    assertThat(start()).isEqualTo(born);
  }

  private static final String RECORD = "balsa-snapshots.host";

  private byte[] recordOnDisk() throws IOException {
    try (SnapshotFolder.Opened file = folder.open(RECORD)) {
      byte[] bytes = new byte[(int) file.bytes()];
      file.read(0, bytes);
      return bytes;
    }
  }

  private void damageTheRecord() throws IOException {
    byte[] bytes = recordOnDisk();
    bytes[bytes.length / 2] ^= 1;
    try (SnapshotFolder.Appended file = folder.create(RECORD)) {
      file.write(bytes, 0, bytes.length);
      file.sync();
    }
  }

  /** They would be deleted, as those of an earlier replica. */
  @Test
  void aNewLogTakesNoSnapshotsOfWhichNobodyKnowsWhoseTheyAre() throws IOException {
    HostRecord born = isBorn(start(), CLUSTER);
    damageTheRecord();
    byte[] damaged = recordOnDisk();
    MemoryLogStore right = log;
    log = new MemoryLogStore();
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(this::start)
          .isInstanceOf(LogStoreException.class)
          .hasMessageContaining(RECORD + ", which says whose snapshots these are, is damaged")
          .hasMessageContaining("name the folder of that log")
          .hasMessageContaining("set the snapshots aside");
      assertThat(log.recover().host()).as("and the log is not touched").isNull();
    }
    assertThat(recordOnDisk()).as("nor are they").isEqualTo(damaged);
    assertThat(lines.lines()).isEmpty();
    log = right;
    assertThat(start()).as("where they belong").isEqualTo(born);
    assertThat(lines.lines("claims them anew: " + RECORD)).hasSize(1);
    assertThat(snapshots.owner()).isEqualTo(born);
  }

  @Test
  void aFullDiskKeepsNoHostFromStarting() throws IOException {
    HostRecord record = start(N1, null);
    folder.full(true);
    assertThat(start()).isEqualTo(record);
    assertThat(lines.lines("could not be written down")).hasSize(1);
    folder.full(false);
    assertThat(start()).isEqualTo(record);
    assertThat(snapshots.owner()).isEqualTo(record);
  }

  /** In whichever step of the first start the power goes: no half of it is in the way of the next. */
  @Test
  void whateverThePowerCutLeavesTheNextStartTakes() throws IOException {
    int cut = 0;
    for (int operation = 0; operation < 6; operation++) {
      HostFoldersTest one = new HostFoldersTest();
      one.folder.powerOffAfter(operation);
      try {
        one.start();
        cut += one.lines.lines("the power is off").size();
      } catch (LogStoreException e) {
        assertThat(e).hasMessageContaining("the power is off");
      }
      one.folder.powerCut();
      assertThat(one.start()).as("after %d", operation).isEqualTo(one.snapshots.owner());
      assertThat(one.nextIncarnation).as("one was drawn").isEqualTo(8);
    }
    assertThat(cut).isPositive();
  }

  /** Its record would be of a log that is not there, and would refuse the next one. */
  @Test
  void aLogThatCanNotBeWrittenLeavesTheSnapshotsUnclaimed() throws IOException {
    log.close();
    assertThatThrownBy(() -> folders(N1, log, snapshots).claim(null, () -> 7))
        .isInstanceOf(LogStoreException.class);
    assertThat(snapshots.owner()).isNull();
  }
}
