package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.LostEntries;
import io.github.balsaraft.model.ReplicaId;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LossLogTest {

  private final RecordedLines lines = new RecordedLines();
  private final RateLimitedLog limited = new RateLimitedLog("n1/g0", lines);
  private final LossLog log = new LossLog(limited, () -> 0, replica -> "n" + replica.value());

  private static LostEntries loss(long member, long from, long to) {
    return new LostEntries(new ReplicaId(member), from, to);
  }

  @Test
  @DisplayName("each loss is told once, while it is mended little by little")
  void once() {
    log.observe(List.of());
    log.observe(List.of(loss(2, 22, 41)));
    log.observe(List.of(loss(2, 30, 41), loss(3, 7, 7)));
    log.observe(List.of(loss(3, 7, 7)));
    log.observe(List.of());
    assertThat(lines.lines()).hasSize(2);
    assertThat(lines.lines().get(0))
        .startsWith("n1/g0 n2 has lost 20 entries that it had acknowledged (22 to 41)");
    assertThat(lines.lines().get(1))
        .startsWith("n1/g0 n3 has lost 1 entry that it had acknowledged (index 7)");
    log.observe(List.of(loss(2, 50, 60)));
    assertThat(lines.lines("n2 has lost")).as("another one").hasSize(2);
  }

  /** Whatever its disk does again: nothing may have been appended between. */
  @Test
  @DisplayName("what was mended and is lost again is told again")
  void again() {
    log.observe(List.of(loss(2, 22, 41), loss(3, 7, 7)));
    log.observe(List.of(loss(3, 7, 7)));
    log.observe(List.of(loss(2, 22, 41), loss(3, 7, 7)));
    log.observe(List.of());
    log.observe(List.of(loss(2, 22, 41)));
    assertThat(lines.lines("n2 has lost 20 entries")).hasSize(3);
    assertThat(lines.lines("n3 has lost")).hasSize(1);
  }

  @Test
  @DisplayName("a loss is told however much is said of the members otherwise")
  void otherLines() {
    for (int i = 0; i < 2 * RateLimitedLog.MAX_PER_SPAN; i++) {
      limited.info(0, RateLimitedLog.Subject.MEMBERS, "members are these");
    }
    log.observe(List.of(loss(2, 22, 41)));
    assertThat(lines.lines("n2 has lost")).hasSize(1);
  }
}
