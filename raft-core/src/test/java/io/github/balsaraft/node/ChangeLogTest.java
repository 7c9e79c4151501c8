package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.AddOptions;
import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.core.Ready.ChangeEnd;
import io.github.balsaraft.core.Ready.ChangeOutcome;
import io.github.balsaraft.model.HostId;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who reads the log has nothing but the lines: each says what the change is. */
class ChangeLogTest {

  private static final HostId N2 = new HostId("n2");
  private static final HostId N4 = new HostId("n4");
  private static final ConfigurationChange ADD =
      new ConfigurationChange.Add(N4, AddOptions.voter());

  private final RecordedLines lines = new RecordedLines();
  private final ChangeLog changes = new ChangeLog(new RateLimitedLog("n1/g7", lines), () -> 0);

  private List<String> linesOf(Runnable scenario) {
    scenario.run();
    return lines.lines().stream().map(line -> line.replaceFirst("^n1/g7 ", "")).toList();
  }

  @Test
  void anOperatorsChangeIsNamedFromItsBeginningToItsEnd() {
    assertThat(linesOf(() -> {
          changes.waits(ADD, N4);
          changes.begins(7, ADD);
          changes.ended(new ChangeOutcome(7, ChangeEnd.DONE, 12, ""));
        }))
        .containsExactly(
            "add n4 as voter, asked for by an operator: waits until n4 asks to be let in",
            "add n4 as voter, asked for by an operator: begins",
            "add n4 as voter, asked for by an operator: done at index 12");
  }

  @Test
  void whyAChangeWasNotMadeIsSaid() {
    assertThat(linesOf(() -> {
          changes.gaveUp(ADD, "it was called off");
          changes.begins(8, new ConfigurationChange.Remove(N4));
          changes.ended(new ChangeOutcome(8, ChangeEnd.LOST, 0, "n2 leads"));
        }))
        .containsExactly(
            "add n4 as voter, asked for by an operator: given up: it was called off",
            "remove n4, asked for by an operator: begins",
            "remove n4, asked for by an operator: lost: n2 leads");
  }

  @Test
  void aHostThatComesBackWithoutItsDataIsTheOneThatAsks() {
    assertThat(linesOf(() -> {
          changes.begins(9, N2);
          changes.ended(new ChangeOutcome(9, ChangeEnd.DONE, 40, ""));
        }))
        .containsExactly(
            "replace the earlier replica of n2 by its new one, asked for by n2: begins",
            "replace the earlier replica of n2 by its new one, asked for by n2: done at index 40");
  }

  @Test
  void everyKindOfChangeHasItsWords() {
    Duration limit = Duration.ofMinutes(1);
    assertThat(linesOf(() -> {
          changes.begins(1, new ConfigurationChange.Promote(N4, limit));
          changes.begins(2, new ConfigurationChange.Demote(N4));
          changes.begins(3, new ConfigurationChange.Replace(N2, N4, limit));
        }))
        .containsExactly(
            "promote n4 to voter, asked for by an operator: begins",
            "demote n4 to learner, asked for by an operator: begins",
            "replace n2 by n4, asked for by an operator: begins");
  }
}
