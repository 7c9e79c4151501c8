package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.CommandRejectedException;
import io.github.balsaraft.api.OnDiskStateMachine;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.SnapshotReader;
import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.ReplicaRecord;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.storage.RecoveredGroup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * A state on disk that was restored from a fetched snapshot, while the log is still the one that the snapshot takes the place of: the
 * process has ended between the two.
 */
class StartingStateTest {

  /** Of term 3, as {@link SnapshotRig#header} has it. */
  private static final EntryId SNAPSHOT = new EntryId(3, 1_000);

  private final SnapshotRig rig = new SnapshotRig(RaftOptions.defaults());
  private final UpToTheSnapshot machine = new UpToTheSnapshot();
  private final List<IOException> unclaimed = new ArrayList<>();
  private final SnapshotManifest newest = rig.save(SNAPSHOT.index(), new byte[] {1});

  StartingStateTest() throws IOException {}

  /** A log of term 2 alone, with a configuration in it that was never committed. */
  private static RecoveredGroup logUpTo(long lastIndex) {
    Configuration never =
        Configuration.of(List.of(Member.voter(new ReplicaId(9), new HostId("n9"), "n9")));
    EntryBatch batch =
        Payloads.single(EntryType.CONFIGURATION, never.encode()).place(new EntryId(2, 480), 0);
    return new RecoveredGroup(
        new ReplicaRecord(SnapshotRig.SELF, ReplicaRecord.State.MEMBER),
        HardState.INITIAL,
        EntryId.NONE,
        new EntryId(2, lastIndex),
        List.of(new EntryId(2, 1)),
        List.of(batch),
        0);
  }

  @Test
  @DisplayName("a configuration of the log that was replaced is not in force")
  void configuration() {
    ApplyPosition position = new ApplyPosition();
    StartingState.position(SNAPSHOT, newest, logUpTo(500), position, (from, to) -> {
      throw new AssertionError("nothing of that log counts");
    });
    assertThat(position.header(3).configuration()).isEqualTo(SnapshotRig.MEMBERS);
    assertThat(position.header(3).last()).isEqualTo(SNAPSHOT);
    assertThat(position.entriesSinceSnapshot()).isZero();
  }

  @Test
  @DisplayName("other terms in the log that was replaced say nothing against the state")
  void terms() {
    StartingState.check(SNAPSHOT, newest, logUpTo(1_500));
    assertThatThrownBy(() -> StartingState.check(new EntryId(3, 1_001), newest, logUpTo(1_500)))
        .as("beyond the snapshot they do")
        .hasMessageContaining("not of the same replica");
  }

  @Test
  @DisplayName("streams give nothing of the log that was replaced")
  void streams() throws IOException {
    StateRestorer restorer = restorer();
    start(restorer, claim(1, null));
    assertThat(restorer.replacedIndex()).isEqualTo(SNAPSHOT.index());
  }

  private void start(StateRestorer restorer, StateClaim claim) throws IOException {
    restorer.start(rig.archive, newest, logUpTo(1_500), claim, unclaimed::add, stored -> stored);
  }

  private static StateClaim claim(long incarnation, @Nullable ClusterIdentity cluster) {
    return new StateClaim(
        SnapshotRig.GROUP, new HostRecord(new HostId("n1"), incarnation, cluster));
  }

  @Test
  @DisplayName(
      "a state whose position fits, but that is of another log, cluster or group, is refused")
  void claims() throws IOException {
    ClusterIdentity cluster = new ClusterIdentity(7, 1);
    start(restorer(), claim(1, null));
    byte[] first = machine.owner;
    assertThat(first).isNotNull();
    start(restorer(), claim(1, cluster));
    assertThat(machine.owner).as("the cluster is known now").isNotEqualTo(first);
    byte[] owner = machine.owner;
    start(restorer(), claim(1, new ClusterIdentity(7, 2)));
    machine.owner = owner;
    StateClaim otherGroup = new StateClaim(
        new GroupId(SnapshotRig.GROUP.value() + 1), claim(1, cluster).host());
    for (StateClaim other :
        List.of(claim(2, cluster), claim(1, new ClusterIdentity(8, 1)), otherGroup)) {
      assertThatThrownBy(() -> start(restorer(), other))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("in cluster " + cluster)
          .hasMessageContaining("join anew");
      assertThat(machine.owner).isEqualTo(owner);
    }
  }

  @Test
  @DisplayName(
      "a state that is refused for its position isn't claimed; one whose claim is damaged is taken")
  void noClaims() throws IOException {
    assertThatThrownBy(() -> restorer()
            .start(null, null, logUpTo(500), claim(1, null), unclaimed::add, stored -> stored))
        .hasMessageContaining("not of the same replica");
    assertThat(machine.owner).isNull();
    machine.owner = new byte[20];
    start(restorer(), claim(1, null));
    assertThat(machine.owner).isEqualTo(claim(1, null).encode());
  }

  @Test
  @DisplayName("a claim that can't be written down is told of, and made at the next start")
  void unwrittenClaim() throws IOException {
    machine.fullDisk = new IOException("No space left on device");
    StateRestorer restorer = restorer();
    start(restorer, claim(1, null));
    assertThat(unclaimed).containsExactly(machine.fullDisk);
    assertThat(restorer.replacedIndex()).as("the rest is done").isEqualTo(SNAPSHOT.index());
    machine.fullDisk = null;
    start(restorer(), claim(1, null));
    assertThat(machine.owner).isEqualTo(claim(1, null).encode());
    assertThat(unclaimed).hasSize(1);
  }

  private static final class NoResults implements EntryApplier.Results {
    @Override
    public void applied(long index, byte[] result) {
      throw new AssertionError("nothing is applied");
    }

    @Override
    public void rejected(long index, CommandRejectedException rejection) {
      throw new AssertionError("nothing is applied");
    }
  }

  private static final class UpToTheSnapshot extends EmptySnapshots implements OnDiskStateMachine {
    private byte @Nullable [] owner;
    private @Nullable IOException fullDisk;

    @Override
    public EntryId appliedEntry() {
      return SNAPSHOT;
    }

    @Override
    public byte @Nullable [] owner() {
      return owner;
    }

    @Override
    public void claim(byte[] claimed) throws IOException {
      if (fullDisk != null) {
        throw fullDisk;
      }
      owner = claimed;
    }

    @Override
    public void restore(SnapshotReader snapshot) {
      throw new AssertionError("it has the state");
    }
  }

  private StateRestorer restorer() {
    EntryApplier applier = new EntryApplier(
        SnapshotRig.GROUP,
        machine,
        new MemoryLogStore(),
        0,
        1 << 20,
        new NoResults(),
        () -> true,
        () -> false);
    return new StateRestorer(machine, applier);
  }
}
