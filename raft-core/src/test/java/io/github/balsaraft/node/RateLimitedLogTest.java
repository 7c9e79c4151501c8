package io.github.balsaraft.node;

import static io.github.balsaraft.node.RateLimitedLog.MAX_PER_SPAN;
import static io.github.balsaraft.node.RateLimitedLog.SPAN_NANOS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.node.RateLimitedLog.Subject;
import org.junit.jupiter.api.Test;

class RateLimitedLogTest {

  private static final String WHO = "n1/g7 ";

  private final RecordedLines lines = new RecordedLines();
  private final RateLimitedLog log = new RateLimitedLog("n1/g7", lines);

  /** Elections that follow one another must not hide that this replica has to be taken away. */
  @Test
  void aStormOfOneSubjectHidesNothingOfAnother() {
    for (int i = 0; i < 100; i++) {
      log.info(i, Subject.ROLE, "CANDIDATE " + i);
    }
    log.warn(100, Subject.REMOVAL, "removed from the group");
    assertThat(lines.lines(WHO + "CANDIDATE")).hasSize(MAX_PER_SPAN);
    assertThat(lines.lines(WHO + "removed from the group")).hasSize(1);
  }

  @Test
  void whatIsLeftOutIsSaidAtOnceAndCountedLaterByWhateverLineComesNext() {
    for (int i = 0; i < MAX_PER_SPAN + 7; i++) {
      log.info(i, Subject.ROLE, "CANDIDATE " + i);
    }
    assertThat(lines.lines(WHO + "leaves out further lines about roles and leaders"))
        .hasSize(1);
    assertThat(lines.lines("has left out")).isEmpty();
    log.info(SPAN_NANOS, Subject.MEMBERS, "members are n1");
    assertThat(lines.lines(WHO + "has left out 7 lines about roles and leaders"))
        .hasSize(1);
    log.info(SPAN_NANOS + 1, Subject.ROLE, "LEADER at last");
    assertThat(lines.lines(WHO + "LEADER at last")).hasSize(1);
    assertThat(lines.lines("has left out")).hasSize(1);
  }

  @Test
  void whatEndsTheParticipationIsAlwaysWritten() {
    for (int i = 0; i < 100; i++) {
      log.error("stops");
    }
    assertThat(lines.lines(WHO + "stops")).hasSize(100);
  }
}
