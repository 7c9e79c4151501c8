package io.github.balsaraft.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.MadeUpCommand;
import io.github.balsaraft.testing.simulation.diagram.RecordedRun;
import io.github.balsaraft.testing.simulation.diagram.RunRecorder;
import io.github.balsaraft.testing.simulation.diagram.RunSummary;
import io.github.balsaraft.testing.simulation.diagram.SpaceTimeDiagram;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is recorded of a run, and what is left when there is more of it than is kept. */
class RunRecorderTest {

  private static final int HOSTS = EventfulRun.FOUNDERS.size();
  private static final HostId N1 = new HostId("n1");

  private static RunRecorder record(long seed, RunRecorder recorder) {
    EventfulRun.happens(seed, recorder, recorder::timedBy);
    return recorder;
  }

  @Test
  void everythingThatHappensIsThere() {
    RecordedRun run = record(1, new RunRecorder()).run();
    assertThat(run.leftOut()).isZero();
    assertThat(run.lines())
        .hasSize(run.size())
        .contains(
            "0.000000000 n1/1 process starts",
            "2.000000000 n1/1 process ends: crash",
            "2.500000000 n1/2 process starts",
            "3.000000000 n2->n3 cut",
            "3.500000000 n2->n3 joined",
            "4.000000000 n3/1 paused for 0.300000000")
        .anyMatch(line -> line.contains("became leader of "))
        .anyMatch(
            line -> line.matches("[0-9.]+ n1/2 applied [0-9]+@[0-9]+ command [0-9]+ -> [0-9]+"))
        .anyMatch(line -> line.contains("durable: COMMAND "))
        .anyMatch(line -> line.contains(" lost #"))
        .anyMatch(line -> line.contains(" sent #") && line.contains("AppendEntries term "));
  }

  @Test
  void theEndOfALongRunIsKept() {
    List<String> all = record(1, new RunRecorder()).run().lines();
    RecordedRun kept = record(1, new RunRecorder(500)).run();
    assertThat(kept.size()).isEqualTo(500);
    assertThat(kept.leftOut()).isEqualTo(all.size() - 500L);
    List<String> lines = kept.lines();
    assertThat(lines.subList(lines.size() - 500, lines.size()))
        .isEqualTo(all.subList(all.size() - 500, all.size()));
  }

  @Test
  void whatTheHostsWereLikeBeforeIsKeptToo() {
    RunRecorder recorder = record(1, new RunRecorder());
    RecordedRun run = recorder.run(3200 * VirtualTime.MILLIS, 3300 * VirtualTime.MILLIS);
    List<String> before = run.lines().subList(0, HOSTS + 1);
    assertThat(before.get(0)).matches("[0-9.]+ n1/2 is up, applied [1-9][0-9]* [|] .* term .*");
    assertThat(before.get(1)).matches("[0-9.]+ n2/1 is up, applied [1-9][0-9]* [|] .* term .*");
    assertThat(before.get(HOSTS)).endsWith(" n2->n3 cut");
    // The last that was known of each is what its last step before the window led to.
    String state = before.get(1).substring(before.get(1).indexOf(" | "));
    String last = recorder.run(0, 3200 * VirtualTime.MILLIS - 1).lines().stream()
        .filter(line -> line.contains(" n2/1 ") && line.contains(" | "))
        .reduce((one, next) -> next)
        .orElseThrow();
    assertThat(last).endsWith(state);
    assertThat(run.endNanos()).isBetween(3200 * VirtualTime.MILLIS, 3300 * VirtualTime.MILLIS);
    assertThat(run.leftOut() + run.size()).isEqualTo(recorder.run().size());
  }

  @Test
  void theSameSeedGivesTheSameBytes() {
    RecordedRun one = record(1, new RunRecorder()).run();
    RecordedRun again = record(1, new RunRecorder()).run();
    RecordedRun other = record(2, new RunRecorder()).run();
    assertThat(again.lines()).isEqualTo(one.lines());
    assertThat(again.hash()).isEqualTo(one.hash());
    assertThat(other.hash()).isNotEqualTo(one.hash());
  }

  @Test
  void aLineIsALineWhateverIsInIt() {
    RunRecorder recorder = new RunRecorder().timedBy(new VirtualTime());
    recorder.onFault("two\nlines\r\nor three");
    recorder.onNote(new HostId("n1"), "plain");
    recorder.onOperation("c1", 0, -1, "get", "");
    recorder.onViolation("wrong");
    assertThat(recorder.run().lines())
        .containsExactly(
            "0.000000000 fault: two lines  or three",
            "0.000000000 n1 note: plain",
            "0.000000000 client c1 get ->  from 0.000000000, open",
            "0.000000000 VIOLATION: wrong");
  }

  @Test
  void ofACommandThePartThatIsTextIsShown() {
    RunRecorder recorder = new RunRecorder().timedBy(new VirtualTime());
    byte[] payload = {0, 0, 1, 'A', 'D', 'D', ' ', 'k', (byte) 0xff, '5'};
    recorder.onApplied(new HostId("n1"), 1, new MadeUpCommand(3, 2, 0, payload), new byte[] {'7'});
    assertThat(recorder.run().lines())
        .containsExactly("0.000000000 n1/1 applied 3@2 ·ADD k·5 -> 7");
  }

  @Test
  void aRestoredStateMachineIsSeen() {
    RunRecorder recorder = new RunRecorder().timedBy(new VirtualTime());
    recorder.onStart(new HostId("n1"), 2);
    recorder.onRestored(new HostId("n1"), 2, 70, 0);
    assertThat(recorder.run().lines())
        .containsExactly(
            "0.000000000 n1/2 process starts",
            "0.000000000 n1/2 restored from a snapshot up to 70");
    assertThat(SpaceTimeDiagram.html(new RunSummary(1, "", ""), recorder.run()))
        .contains("\"restored\",0,70");
  }

  /** It was a note like any other, and the page said that the new process had applied nothing. */
  @Test
  void aStateThatIsFoundOnDiskIsSeen() {
    VirtualTime time = new VirtualTime();
    RunRecorder recorder = new RunRecorder().timedBy(time);
    recorder.onStart(N1, 2);
    recorder.onHeld(N1, 2, new EntryId(4, 70));
    time.runFor(VirtualTime.SECONDS);
    recorder.onNote(N1, "later");
    assertThat(recorder.run().lines())
        .contains("0.000000000 n1/2 has found the state after 70@4 on its disk");
    assertThat(SpaceTimeDiagram.html(new RunSummary(1, "", ""), recorder.run()))
        .contains("\"held\",0,70,4");
    RecordedRun end = recorder.run(VirtualTime.SECONDS, VirtualTime.SECONDS);
    assertThat(end.lines().get(0)).isEqualTo("0.000000000 n1/2 is up, applied 70 | no state");
    assertThat(SpaceTimeDiagram.html(new RunSummary(1, "", ""), end))
        .contains("\"before\",0,2,true,70,");
  }

  /** The bar of a pause went on over the process that came next. */
  @Test
  void aPauseEndsWithItsProcess() {
    VirtualTime time = new VirtualTime();
    RunRecorder recorder = new RunRecorder().timedBy(time);
    recorder.onStart(N1, 1);
    recorder.onStart(new HostId("n2"), 1);
    recorder.onPause(N1, 1, 5000);
    recorder.onPause(new HostId("n2"), 1, 9000);
    time.runFor(1000);
    recorder.onEnd(N1, 1, "crash");
    recorder.onStart(N1, 2);
    recorder.onPause(N1, 2, 200);
    time.runFor(1000);
    recorder.onPause(new HostId("n2"), 1, 0);
    assertThat(SpaceTimeDiagram.html(new RunSummary(1, "", ""), recorder.run()))
        .contains("\"pause\",0,5000,1000]")
        .contains("\"pause\",0,200,200]")
        .contains("\"pause\",1,9000,2000]")
        .contains("\"pause\",1,0,0]");
    assertThat(recorder.run().lines()).endsWith("0.000002000 n2/1 may go on");
  }

  @Test
  void aPauseThatBeganBeforeWhatIsKeptIsKeptToo() {
    VirtualTime time = new VirtualTime();
    RunRecorder recorder = new RunRecorder().timedBy(time);
    recorder.onStart(N1, 1);
    recorder.onPause(N1, 1, 5000);
    recorder.onPause(N1, 1, 1);
    recorder.onStart(new HostId("n2"), 1);
    recorder.onPause(new HostId("n2"), 1, 5000);
    recorder.onEnd(new HostId("n2"), 1, "crash");
    time.runFor(1000);
    recorder.onNote(N1, "kept");
    assertThat(recorder.run(1000, 1000).lines())
        .containsExactly(
            "0.000000000 n1/1 is up, applied 0 | no state",
            "0.000000000 n2/1 is down, applied 0 | no state",
            "0.000000000 n1/1 paused for 0.000005000",
            "0.000001000 n1 note: kept");
  }

  @Test
  void whoHasNoClockRecordsNothing() {
    assertThatThrownBy(() -> new RunRecorder().onFault("early"))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> new RunRecorder(0)).isInstanceOf(IllegalArgumentException.class);
  }
}
