package io.github.balsaraft.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.BatchingStateMachine;
import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.CommandRejectedException;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.ReplicaRecord;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.testing.EchoMachine;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Where applying stops when something comes between, and what a batching machine has seen then. */
class EntryApplierTest {

  private static final GroupId GROUP = GroupId.DEFAULT;

  private final MemoryLogStore store = new MemoryLogStore();
  private final List<String> seen = new ArrayList<>();
  private final NextEntries log = new NextEntries();
  private boolean mayGoOn = true;
  private String stopAt = "";
  private int resultBytes;

  private final EntryApplier applier = new EntryApplier(
      GROUP, new Machine(), store, 0, 1 << 20, new Results(), () -> mayGoOn, () -> false);

  private final class Machine extends EchoMachine implements BatchingStateMachine {
    @Override
    public byte[] apply(Command command) {
      String text = new String(command.bytes(), UTF_8);
      seen.add(text);
      if (text.equals(stopAt)) {
        mayGoOn = false;
      }
      return new byte[resultBytes];
    }

    @Override
    public void endBatch() {
      seen.add("end");
    }

    @Override
    public long maxBatchBytes() {
      return 1000;
    }
  }

  private static final class Results implements EntryApplier.Results {
    @Override
    public void applied(long index, byte[] result) {
      // Nobody waits here.
    }

    @Override
    public void rejected(long index, CommandRejectedException rejection) {
      throw new AssertionError(rejection);
    }
  }

  @BeforeEach
  void foundReplica() {
    store.write(LogWrite.of(List.of(GroupWrite.ofReplica(
        GROUP, new ReplicaRecord(new ReplicaId(1), ReplicaRecord.State.MEMBER)))));
  }

  private void store(EntryBatch batch) {
    store.write(
        LogWrite.of(List.of(new GroupWrite(GROUP, null, null, 0, EntryId.NONE, List.of(batch)))));
  }

  @Test
  @DisplayName(
      "trap 39: entries that are left because a snapshot comes are not passed over by one that is no command")
  void trap39_stoppedInTheMiddleOfWhatWasReadBack() throws Exception {
    store(log.next(EntryType.COMMAND, "a", "b", "c"));
    store(log.next(EntryType.NO_OP, ""));
    stopAt = "a";
    applier.committed(log.lastIndex(), List.of());
    applier.applySlice();
    assertThat(seen).containsExactly("a", "end");
    assertThat(applier.appliedIndex()).isEqualTo(1);
    assertThat(applier.position().last()).as("no batch was passed").isEqualTo(EntryId.NONE);
  }

  @Test
  @DisplayName(
      "the state is at its position after whole entries that came together, outside of a batch, and while all may go on")
  void whereTheStateIsAtItsPosition() throws Exception {
    store(log.next(EntryType.COMMAND, "a", "b"));
    store(log.next(EntryType.COMMAND, "c", "d"));
    applier.committed(2, List.of());
    applier.applySlice();
    assertThat(applier.isAtPosition()).isTrue();
    mayGoOn = false;
    assertThat(applier.isAtPosition()).as("a snapshot is to be installed").isFalse();
    mayGoOn = true;
    stopAt = "c";
    applier.committed(4, List.of());
    applier.applySlice();
    mayGoOn = true;
    assertThat(applier.appliedIndex()).isEqualTo(3);
    assertThat(applier.position().last().index()).isEqualTo(2);
    assertThat(applier.isAtPosition()).as("in the middle of what came together").isFalse();
    applier.restored(new EntryId(1, 9), new SessionTable());
    assertThat(applier.isAtPosition()).as("restored, and its position not yet").isFalse();
  }

  @Test
  @DisplayName("in a batch that is left open because nobody waits any longer there is no position")
  void openBatchHasNoPosition() throws Exception {
    boolean[] abandoned = {true};
    EntryApplier left = new EntryApplier(
        GROUP, new Machine(), store, 0, 1 << 20, new Results(), () -> true, () -> abandoned[0]);
    store(log.next(EntryType.COMMAND, "a", "b"));
    left.committed(2, List.of());
    left.applySlice();
    assertThat(seen).containsExactly("a", "b");
    assertThat(left.position().last().index()).isEqualTo(2);
    assertThat(left.isAtPosition()).isFalse();
    abandoned[0] = false;
    left.applySlice();
    assertThat(left.isAtPosition()).isTrue();
  }

  @Test
  @DisplayName("nothing meets a machine in the middle of a batch because the log could not be read")
  void batchEndsBeforeTheLogIsRead() {
    EntryBatch inMemory = log.next(EntryType.COMMAND, "a", "b");
    store(inMemory);
    assertThat(applier.keepWithinBudget(List.of(inMemory))).hasSize(1);
    // What follows is not in the store.
    applier.committed(5, List.of(inMemory));
    assertThatThrownBy(applier::applySlice).isInstanceOf(EntryApplier.EntryFailure.class);
    assertThat(seen).containsExactly("a", "b", "end");
    assertThat(applier.appliedIndex()).isEqualTo(2);
  }

  @Test
  @DisplayName("results that wait for the end of a batch make it full, too")
  void largeResults() throws Exception {
    resultBytes = 600;
    store(log.next(EntryType.COMMAND, "a", "b", "c"));
    applier.committed(3, List.of());
    applier.applySlice();
    assertThat(seen).containsExactly("a", "b", "end", "c", "end");
  }
}
