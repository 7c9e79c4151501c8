package io.github.balsaraft.testing.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.RaftNode;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Which seeds are called new. */
class FreshSeedsTest {

  @Test
  @DisplayName("the same code has the same, and other code, or another test, has others")
  void sameForTheSameCode() {
    List<Class<?>> code = List.of(RaftNode.class);
    long first = FreshSeeds.first("test", code);
    assertThat(FreshSeeds.first("test", code)).isEqualTo(first);
    assertThat(FreshSeeds.first("other", code)).isNotEqualTo(first);
    assertThat(FreshSeeds.first("test", List.of(RaftNode.class, FreshSeedsTest.class)))
        .isNotEqualTo(first);
    assertThat(FreshSeeds.first("test", List.of(RaftNode.class, RaftNode.class)))
        .as("a place counts once")
        .isEqualTo(first);
    assertThat(FreshSeeds.first("test", List.of(Test.class))).as("of a jar").isNotEqualTo(first);
    assertThat(first).isNotNegative();
  }
}
