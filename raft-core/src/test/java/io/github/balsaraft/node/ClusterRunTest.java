package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.RaftOptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a run says that has failed. */
class ClusterRunTest {

  private static final String OF_NO_OTHER_MODULE = " -Dsurefire.failIfNoSpecifiedTests=false";

  private static void fails(long seed) {
    ClusterRun.of(seed, 3, RaftOptions.defaults(), run -> {
      throw new IllegalStateException("wrong");
    });
  }

  @Test
  @DisplayName("the command that repeats a run names the test")
  void replayCommand() {
    assertThatThrownBy(() -> fails(7))
        .hasMessageContaining("seed 7 at 0 ms: wrong")
        .hasMessageEndingWith("replay: mvn test -Dtest=ClusterRunTest#replayCommand"
            + OF_NO_OTHER_MODULE + " -Draft.seed=7");
  }

  @ParameterizedTest
  @ValueSource(longs = 8)
  void replayCommandOfOneWithParameters(long seed) {
    assertThatThrownBy(() -> fails(seed))
        .hasMessageEndingWith("-Dtest=ClusterRunTest#replayCommandOfOneWithParameters"
            + OF_NO_OTHER_MODULE + " -Draft.seed=8");
  }

  @Nested
  class Inner {
    @Test
    void replayCommandOfNested() {
      assertThatThrownBy(() -> fails(9))
          .hasMessageEndingWith("-Dtest='ClusterRunTest$Inner#replayCommandOfNested'"
              + OF_NO_OTHER_MODULE + " -Draft.seed=9");
    }
  }
}
