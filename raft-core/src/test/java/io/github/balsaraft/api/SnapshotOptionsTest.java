package io.github.balsaraft.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class SnapshotOptionsTest {

  private static final SnapshotOptions CHANGED = SnapshotOptions.builder()
      .minLogBytes(5001)
      .logRatio(3)
      .maxEntries(5002)
      .maxAge(Duration.ofHours(3))
      .retained(5, 6)
      .maxRetainedBytes(5003)
      .maxTakeoverBytes(5006)
      .maxWriteBytesPerSecond(5004)
      .maxSendBytesPerSecond(5_000_005)
      .build();

  @Test
  void aCopyHasEverySetting() throws Exception {
    Settings.assertCopied(
        SnapshotOptions.class,
        SnapshotOptions.defaults(),
        CHANGED,
        CHANGED.toBuilder().build());
    assertThat(CHANGED).isNotEqualTo(CHANGED.toBuilder().maxRetainedBytes(5).build());
  }

  private static void refuses(String message, UnaryOperator<SnapshotOptions.Builder> change) {
    SnapshotOptions.Builder builder = change.apply(SnapshotOptions.builder());
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void whatCanNotWorkIsRefusedAndTheLimitIsNot() {
    refuses("minLogBytes must be positive", options -> options.minLogBytes(0));
    refuses("logRatio must be between 0 and 1000", options -> options.logRatio(-0.1));
    refuses("logRatio must be between 0 and 1000", options -> options.logRatio(1000.1));
    refuses("maxEntries must be positive", options -> options.maxEntries(0));
    refuses("maxAge must not be negative", options -> options.maxAge(Duration.ofMillis(-1)));
    refuses(
        "maxAge can be at most 3650 days; zero stands for never",
        options -> options.maxAge(Duration.ofNanos(Long.MAX_VALUE)));
    refuses("retainedEntries must not be negative", options -> options.retained(-1, 0));
    refuses(
        "maxRetainedEntries must not be less than retainedEntries",
        options -> options.retained(2, 1));
    refuses("maxRetainedBytes must not be negative", options -> options.maxRetainedBytes(-1));
    refuses(
        "maxTakeoverBytes must not be less than maxRetainedBytes",
        options -> options.maxRetainedBytes(6).maxTakeoverBytes(5));
    refuses(
        "maxWriteBytesPerSecond must not be negative",
        options -> options.maxWriteBytesPerSecond(-1));
    refuses(
        "maxSendBytesPerSecond must be at least 1 MiB",
        options -> options.maxSendBytesPerSecond((1 << 20) - 1));
    assertThat(SnapshotOptions.builder()
            .minLogBytes(1)
            .logRatio(0)
            .maxEntries(1)
            .maxAge(Duration.ZERO)
            .retained(0, 0)
            .maxRetainedBytes(0)
            .maxTakeoverBytes(0)
            .maxSendBytesPerSecond(1 << 20)
            .build()
            .maxRetainedBytes())
        .isZero();
  }
}
