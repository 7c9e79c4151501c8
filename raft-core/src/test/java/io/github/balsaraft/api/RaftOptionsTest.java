package io.github.balsaraft.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class RaftOptionsTest {

  private static final RaftOptions CHANGED = RaftOptions.builder()
      .electionTimeout(Duration.ofMillis(1500), Duration.ofMillis(2500))
      .heartbeatInterval(Duration.ofMillis(50))
      .maxCommandBytes(4096)
      .maxMessageBytes(8192)
      .maxInflight(7, 16384)
      .maxUncommittedBytes(5000)
      .maxPendingProposalBytes(5001)
      .maxPendingReadBytes(5004)
      .maxApplyQueueBytes(5002)
      .logWindowBytes(5003)
      .requestTimeout(Duration.ofSeconds(7))
      .forwardProposals(true)
      .failureHints(false)
      .snapshots(SnapshotOptions.builder().minLogBytes(5005).build())
      .build();

  @Test
  void aCopyHasEverySetting() throws Exception {
    Settings.assertCopied(
        RaftOptions.class, RaftOptions.defaults(), CHANGED, CHANGED.toBuilder().build());
  }

  @Test
  void oneOtherSettingMakesThemDiffer() {
    assertThat(CHANGED)
        .isNotEqualTo(CHANGED.toBuilder().failureHints(true).build())
        .isNotEqualTo(RaftOptions.defaults());
    assertThat(RaftOptions.defaults()).isEqualTo(RaftOptions.builder().build());
  }

  @Test
  void aBuilderThatGoesOnDoesNotChangeWhatItHasBuilt() {
    RaftOptions.Builder builder = CHANGED.toBuilder();
    RaftOptions built = builder.build();
    builder.maxCommandBytes(17);
    assertThat(built.maxCommandBytes()).isEqualTo(4096);
    assertThat(CHANGED.maxCommandBytes()).isEqualTo(4096);
  }

  /** Moments are numbers of nanoseconds, and would run over. */
  @Test
  void timesThatCanNotBeAddedUpAreRefused() {
    Duration forEver = Duration.ofSeconds(Long.MAX_VALUE);
    refuses("requestTimeout must be positive", options -> options.requestTimeout(forEver));
    refuses("requestTimeout must be positive", options -> options.requestTimeout(Duration.ZERO));
    refuses("at most 24 hours", options -> options.electionTimeout(Duration.ofSeconds(1), forEver));
    refuses("heartbeat interval must be positive", options -> options.heartbeatInterval(forEver));
    assertThat(CHANGED.toBuilder().requestTimeout(Duration.ofDays(3650)).build().requestTimeout())
        .isEqualTo(Duration.ofDays(3650));
  }

  /** What a proposal takes besides its command is the library's own affair. */
  @Test
  void aBudgetOfOneCommandIsEnough() {
    assertThat(RaftOptions.builder().maxCommandBytes(64 << 20).build().maxPendingProposalBytes())
        .isEqualTo(64 << 20);
    RaftOptions small = RaftOptions.builder()
        .maxCommandBytes(1000)
        .maxPendingProposalBytes(1000)
        .build();
    assertThat(small.maxPendingProposalBytes()).isEqualTo(1000);
    refuses(
        "maxPendingProposalBytes must hold at least one command",
        options -> options.maxCommandBytes(1000).maxPendingProposalBytes(999));
  }

  private static void refuses(String message, UnaryOperator<RaftOptions.Builder> change) {
    RaftOptions.Builder builder = change.apply(RaftOptions.builder());
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
