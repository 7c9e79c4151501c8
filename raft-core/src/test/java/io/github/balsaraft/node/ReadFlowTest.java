package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.CompactionRules;
import io.github.balsaraft.core.CoreOptions;
import io.github.balsaraft.core.CoreOptionsBuilder;
import io.github.balsaraft.core.CoreStart;
import io.github.balsaraft.core.RaftCore;
import io.github.balsaraft.core.Ready;
import io.github.balsaraft.core.log.TermStarts;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.testing.RecordingMachine;
import io.github.balsaraft.testing.simulation.world.SimulatedEnvironment;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Reads that a lease answers, on their way through a replica that is alone and leads. */
class ReadFlowTest {

  private static final long MILLIS = VirtualTime.MILLIS;
  private static final ReplicaId SELF = new ReplicaId(1);

  private long clockNanos;
  private final VirtualTime time = new VirtualTime();
  private final ApplyPipeline pipeline = new ApplyPipeline(
      GroupId.DEFAULT,
      new RecordingMachine(),
      new MemoryLogStore(),
      1000,
      1 << 20,
      SimulatedEnvironment.alone(time),
      (what, cause) -> {
        throw new AssertionError(what, cause);
      },
      () -> {});
  private final List<PendingRead> again = new ArrayList<>();
  private final ReadFlow flow = new ReadFlow(pipeline, () -> clockNanos, 5000 * MILLIS, again::add);
  private final RaftCore core = core();

  private static RaftCore core() {
    Configuration alone = Configuration.of(List.of(Member.voter(SELF, new HostId("n1"), "n1:1")))
        .withLeaseRules(LeaseRules.permitted(1000, 0));
    CoreOptions options = new CoreOptionsBuilder()
        .compaction(new CompactionRules(0, 0, Long.MAX_VALUE, Long.MAX_VALUE))
        .build();
    CoreStart start = new CoreStart(
        SELF,
        HardState.INITIAL,
        new TermStarts(EntryId.NONE, List.of(), 0),
        null,
        alone,
        new TreeMap<>(),
        0,
        0,
        0);
    return new RaftCore(options, () -> 1, start);
  }

  @BeforeEach
  void elect() {
    clockNanos = 5000 * MILLIS;
    core.advanceTo(clockNanos, 0);
    turn();
    assertThat(core.view().leaseUntilNanos()).isGreaterThan(clockNanos);
  }

  /** Everything that the core asks for, until there is nothing more. */
  private void turn() {
    flow.pass(core);
    for (Ready ready = core.ready(); !ready.isEmpty(); ready = core.ready()) {
      ready.reads().forEach(flow::decided);
      if (ready.write() != null) {
        core.written(ready.write().sequence());
      }
    }
  }

  private void apply() {
    time.runFor(MILLIS);
  }

  /** Counts what happens to it. */
  private static final class Read implements PendingRead {
    int queries;
    int ends;
    String refusal = "";
    boolean overloaded;

    @Override
    public void run() {
      queries++;
      ends++;
    }

    @Override
    public boolean runWhile(BooleanSupplier inTime) {
      queries++;
      ends += inTime.getAsBoolean() ? 1 : 0;
      return inTime.getAsBoolean();
    }

    @Override
    public void refuse(String reason) {
      ends++;
      refusal = reason;
    }

    @Override
    public void refuseForOverload(String reason) {
      refuse(reason);
      overloaded = true;
    }

    @Override
    public void tellLate(String reason) {
      throw new AssertionError("the state machine doesn't hang");
    }
  }

  @Test
  @DisplayName("a read by lease is answered if the clock still allows it once the answer is there")
  void inTime() {
    Read read = new Read();
    flow.addForLease(read);
    turn();
    clockNanos = core.view().leaseUntilNanos() - 1;
    apply();
    assertThat(core.view().leaseReadsGranted()).isEqualTo(1);
    assertThat(read.ends).isEqualTo(1);
    assertThat(again).isEmpty();
  }

  @Test
  @DisplayName(
      "trap 25: if the process stood still until the lease was over, the read asks a quorum after all")
  void trap25_pauseBetweenCheckAndAnswer() {
    Read read = new Read();
    flow.addForLease(read);
    turn();
    clockNanos = core.view().leaseUntilNanos();
    apply();
    assertThat(read.ends).isZero();
    assertThat(again).containsExactly(read);
    flow.add(read);
    turn();
    apply();
    assertThat(read.ends).isEqualTo(1);
    assertThat(read.queries).isEqualTo(2);
    assertThat(read.refusal).isEmpty();
  }

  @Test
  @DisplayName("a read by lease that was not asked for yet is refused with all others at the end")
  void stopped() {
    Read read = new Read();
    flow.addForLease(read);
    flow.stop("closed");
    apply();
    assertThat(read.ends).isEqualTo(1);
    assertThat(read.refusal).isEqualTo("closed");
  }

  @Test
  @DisplayName("one that there is no room for is told to ask again later")
  void overload() {
    Read read = new Read();
    flow.add(read);
    flow.pass(core);
    flow.decided(Ready.ReadOutcome.tooMany(1));
    apply();
    assertThat(read.overloaded).isTrue();
    assertThat(read.ends).isEqualTo(1);
  }
}
