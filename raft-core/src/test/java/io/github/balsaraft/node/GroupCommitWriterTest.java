package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.ReplicaRecord;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.storage.RecoveredState;
import io.github.balsaraft.testing.simulation.world.SimulatedEnvironment;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GroupCommitWriterTest {

  private static final GroupId FIRST = new GroupId(1);
  private static final GroupId SECOND = new GroupId(2);

  private final VirtualTime time = new VirtualTime();
  private final Store store = new Store();
  private final List<String> events = new ArrayList<>();
  private final SimulatedEnvironment environment = SimulatedEnvironment.alone(time);
  private GroupCommitWriter writer = new GroupCommitWriter(store, environment, new Failures());

  private final class Failures implements GroupCommitWriter.Failures {

    @Override
    public void storeFailed(Throwable cause) {
      events.add("failed: " + cause.getMessage());
    }

    @Override
    public void reportFailed(Throwable cause) {
      events.add("not told: " + cause.getMessage());
    }
  }

  /** Notes which terms each write carries, and fails when asked to. */
  private final class Store implements LogStore {
    int failing = Integer.MAX_VALUE;
    int writes;
    boolean undeclared;

    @Override
    public RecoveredState recover() {
      return new MemoryLogStore().recover();
    }

    @Override
    public void write(LogWrite write) {
      if (++writes >= failing) {
        if (undeclared) {
          throw Undeclared.<RuntimeException>thrown();
        }
        throw new LogStoreException("no more room");
      }
      List<String> parts = new ArrayList<>();
      for (GroupWrite part : write.groups()) {
        HardState state = part.hardState();
        parts.add(part.group() + (state == null ? "" : "/" + state.term()));
      }
      events.add("write " + String.join(" ", parts)
          + (write.host() == null ? "" : " " + write.host().host()));
    }

    @Override
    public List<EntryBatch> read(GroupId group, long fromIndex, long toIndex, long maxBytes) {
      return List.of();
    }

    @Override
    public Durability durability() {
      return Durability.SYNCED;
    }

    @Override
    public void close() {}
  }

  private void write(GroupId group, long term) {
    GroupWrite part =
        new GroupWrite(group, null, new HardState(term, null), 0, EntryId.NONE, List.of());
    writer.write(LogWrite.of(List.of(part)), () -> events.add("durable " + group + "/" + term));
  }

  @Test
  void whatComesWhileTheDiskIsBusySharesTheNextWrite() {
    write(FIRST, 1);
    write(SECOND, 1);
    write(FIRST, 2);
    time.runFor(VirtualTime.SECONDS);
    assertThat(events)
        .containsExactly("write g1/1 g2/1 g1/2", "durable g1/1", "durable g2/1", "durable g1/2");
  }

  @Test
  void whatIsTooMuchForOneWriteIsSeveralAndEachIsReportedBeforeTheNext() {
    environment.maxWriteBytes(0);
    writer = new GroupCommitWriter(store, environment, new Failures());
    store.failing = 3;
    write(FIRST, 1);
    write(SECOND, 1);
    write(FIRST, 2);
    time.runFor(VirtualTime.SECONDS);
    assertThat(events)
        .containsExactly(
            "write g1/1", "durable g1/1", "write g2/1", "durable g2/1", "failed: no more room");
  }

  @Test
  void nothingIsDurableBeforeItsWriteAndNothingIsWrittenTwice() {
    write(FIRST, 1);
    time.runFor(VirtualTime.SECONDS);
    write(FIRST, 2);
    assertThat(events).containsExactly("write g1/1", "durable g1/1");
    time.runFor(VirtualTime.SECONDS);
    assertThat(events).endsWith("write g1/2", "durable g1/2");
  }

  @Test
  void theHostsRecordTravelsWithTheGroups() {
    write(FIRST, 1);
    GroupWrite part = GroupWrite.ofReplica(
        SECOND, new ReplicaRecord(new ReplicaId(7), ReplicaRecord.State.MEMBER));
    writer.write(
        new LogWrite(new HostRecord(new HostId("n1"), 3, null), List.of(part)),
        () -> events.add("durable host"));
    write(FIRST, 2);
    time.runFor(VirtualTime.SECONDS);
    assertThat(events)
        .containsExactly("write g1/1 g2 g1/2 n1", "durable g1/1", "durable host", "durable g1/2");
  }

  @Test
  void afterAFailureNothingIsDurableAndTheDiskIsLeftAlone() {
    store.failing = 2;
    write(FIRST, 1);
    time.runFor(VirtualTime.SECONDS);
    write(FIRST, 2);
    write(SECOND, 2);
    time.runFor(VirtualTime.SECONDS);
    write(FIRST, 3);
    time.runFor(VirtualTime.SECONDS);
    assertThat(events).containsExactly("write g1/1", "durable g1/1", "failed: no more room");
    assertThat(store.writes).isEqualTo(2);
  }

  /** Code that was not compiled by javac may throw what it doesn't declare. */
  @Test
  void afterAnUndeclaredExceptionTheDiskIsLeftAloneToo() {
    store.failing = 1;
    store.undeclared = true;
    write(FIRST, 1);
    time.runFor(VirtualTime.SECONDS);
    write(FIRST, 2);
    time.runFor(VirtualTime.SECONDS);
    assertThat(events).containsExactly("failed: not declared");
    assertThat(store.writes).isEqualTo(1);
  }

  /** The disk is in order: to say that it failed would send an operator the wrong way. */
  @Test
  void aReportThatThrowsIsNoFailureOfTheDiskAndTheOthersAreMade() {
    write(FIRST, 1);
    GroupWrite part =
        new GroupWrite(SECOND, null, new HardState(1, null), 0, EntryId.NONE, List.of());
    writer.write(LogWrite.of(List.of(part)), () -> {
      throw new IllegalStateException("a slip of ours");
    });
    write(FIRST, 2);
    time.runFor(VirtualTime.SECONDS);
    assertThat(events)
        .containsExactly(
            "write g1/1 g2/1 g1/2", "durable g1/1", "not told: a slip of ours", "durable g1/2");
    // The group that was not told would wait for ever: this is the end.
    write(FIRST, 3);
    time.runFor(VirtualTime.SECONDS);
    assertThat(store.writes).isEqualTo(1);
    assertThat(writer.isWriting()).isFalse();
  }

  @Test
  void oneWriteDoesNotGrowWithoutLimit() {
    byte[] large = new byte[6 << 20];
    for (int i = 1; i <= 6; i++) {
      EntryBatch batch = Payloads.single(EntryType.COMMAND, large).place(new EntryId(1, i), 0);
      GroupWrite part = new GroupWrite(FIRST, null, null, 0, EntryId.NONE, List.of(batch));
      int number = i;
      writer.write(LogWrite.of(List.of(part)), () -> events.add("durable " + number));
    }
    time.runFor(VirtualTime.SECONDS);
    assertThat(events)
        .containsExactly(
            "write g1 g1 g1",
            "durable 1",
            "durable 2",
            "durable 3",
            "write g1 g1 g1",
            "durable 4",
            "durable 5",
            "durable 6");
  }
}
