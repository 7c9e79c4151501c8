package io.github.balsaraft.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.Role;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** That the table which all tests are held against says something. */
class TransitionTableTest {

  private final TransitionTable table = TransitionTable.instance();

  @Test
  @DisplayName(
      "5.2: nobody leads who was not a candidate, and nobody who leads campaigns before it has stepped down")
  void whatItForbids() {
    assertThat(table.size()).isEqualTo(10);
    assertThat(table.allows(Role.CANDIDATE, Role.LEADER)).isTrue();
    assertThat(table.allows(Role.FOLLOWER, Role.LEADER)).isFalse();
    assertThat(table.allows(Role.PRE_CANDIDATE, Role.LEADER)).isFalse();
    assertThat(table.allows(Role.LEADER, Role.LEADER)).isFalse();
    assertThat(table.allows(Role.LEADER, Role.CANDIDATE)).isFalse();
    assertThat(table.allows(Role.LEADER, Role.PRE_CANDIDATE)).isFalse();
  }
}
