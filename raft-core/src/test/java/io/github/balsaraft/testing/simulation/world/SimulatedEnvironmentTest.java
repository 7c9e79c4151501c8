package io.github.balsaraft.testing.simulation.world;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A process that is paused is so as a whole. */
class SimulatedEnvironmentTest {

  private final VirtualTime time = new VirtualTime();
  private final SimulatedEnvironment process = SimulatedEnvironment.alone(time);
  private final List<String> ran = new ArrayList<>();

  private void bring(String what) {
    process.receive(() -> ran.add(what + " at " + time.nowNanos() / MILLIS));
  }

  @Test
  @DisplayName("what comes during a pause waits for its end, in its order, before what comes then")
  void inOrder() {
    time.at(SECONDS, () -> bring("at its end"));
    process.pauseFor(SECONDS);
    bring("first");
    bring("second");
    time.runFor(2 * SECONDS);
    assertThat(ran).containsExactly("first at 1000", "second at 1000", "at its end at 1000");
  }

  @Test
  @DisplayName("a shorter pause doesn't end a longer one, and a longer one extends it")
  void pausesExtendEachOther() {
    process.pauseFor(15 * SECONDS);
    bring("before");
    time.runFor(SECONDS);
    process.pauseFor(100 * MILLIS);
    time.runFor(SECONDS);
    bring("after the shorter one");
    assertThat(ran).isEmpty();
    process.pauseFor(20 * SECONDS);
    time.runFor(19 * SECONDS);
    assertThat(ran).isEmpty();
    time.runFor(SECONDS);
    assertThat(ran).containsExactly("before at 22000", "after the shorter one at 22000");
  }

  @Test
  @DisplayName("a pause of no length ends all, and what waited comes first")
  void thawed() {
    process.pauseFor(15 * SECONDS);
    bring("before");
    time.runFor(SECONDS);
    process.pauseFor(0);
    bring("after");
    time.runFor(SECONDS);
    assertThat(ran).containsExactly("before at 1000", "after at 1000");
  }

  @Test
  @DisplayName("a pause that begins before all that waited is done keeps the rest")
  void pausedAgain() {
    process.pauseFor(SECONDS);
    process.receive(() -> process.pauseFor(SECONDS));
    bring("rest");
    time.runFor(SECONDS);
    assertThat(ran).isEmpty();
    time.runFor(SECONDS);
    assertThat(ran).containsExactly("rest at 2000");
  }

  @Test
  @DisplayName("a process that is killed while it is paused does nothing any more")
  void killed() {
    process.pauseFor(SECONDS);
    bring("never");
    process.kill();
    time.runFor(2 * SECONDS);
    assertThat(ran).isEmpty();
  }

  private void load(String what) {
    process.loads().execute(() -> ran.add(what + " at " + time.nowNanos() / MILLIS));
  }

  @Test
  @DisplayName("a state machine that stalls or is slow holds up no reads of old entries")
  void loadsBesideApply() {
    GroupPace stalled = new GroupPace();
    stalled.stallUntil(5 * SECONDS);
    process.appliesAt(stalled);
    process.pace().applyTakes(4 * SECONDS);
    process.apply().execute(() -> ran.add("applied"));
    load("read");
    time.runFor(SECONDS);
    assertThat(ran).containsExactly("read at 0");
  }

  @Test
  @DisplayName("a disk that stalls may hold up reads of old entries, and may not")
  void loadsOfAStalledDisk() {
    int heldUp = 0;
    for (int i = 0; i < 20; i++) {
      ran.clear();
      process.pace().stallDisk(SECONDS);
      process.writer().execute(() -> {});
      load("read");
      time.runFor(100 * MILLIS);
      heldUp += ran.isEmpty() ? 1 : 0;
      time.runFor(2 * SECONDS);
      assertThat(ran).hasSize(1);
    }
    assertThat(heldUp).isBetween(1, 19);
  }

  @Test
  @DisplayName("old entries are read one after the other, and slowly from a slow disk")
  void loadsOneAfterTheOther() {
    process.pace().diskTakes(SECONDS);
    for (int i = 0; i < 20; i++) {
      load("read " + i);
    }
    time.runFor(30 * SECONDS);
    assertThat(ran).hasSize(20);
    for (int i = 0; i < 20; i++) {
      assertThat(ran.get(i)).startsWith("read " + i + " at ");
    }
    assertThat(time.happened()).isEqualTo(20);
    assertThat(ran.get(19)).as("each takes its time").isNotEqualTo("read 19 at 0");
  }
}
