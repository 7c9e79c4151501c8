package io.github.balsaraft.examples.bench.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.SnapshotOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class NodeSpecTest {

  private static NodeSpec spec(int electionMillis, boolean snapshots) {
    return new NodeSpec(0, List.of(1, 2, 3), Path.of("folder"), 1, electionMillis, true, snapshots);
  }

  @Test
  @DisplayName("without snapshots none is taken after however much was written, and all else stays")
  void noSnapshots() {
    SnapshotOptions never = spec(0, false).options().snapshots();
    assertThat(never.minLogBytes()).isEqualTo(Long.MAX_VALUE);
    assertThat(never.maxEntries()).isEqualTo(Long.MAX_VALUE);
    assertThat(never.maxAge()).isZero();
    assertThat(spec(0, false).options().toBuilder()
            .snapshots(SnapshotOptions.defaults())
            .build())
        .isEqualTo(RaftOptions.defaults());
  }

  @Test
  void otherwiseTheDefaultsOfTheLibraryHold() {
    assertThat(spec(0, true).options()).isEqualTo(RaftOptions.defaults());
    RaftOptions quick = spec(300, true).options();
    assertThat(quick.electionTimeoutMin()).isEqualTo(Duration.ofMillis(300));
    assertThat(quick.electionTimeoutMax()).isEqualTo(Duration.ofMillis(600));
    assertThat(quick.snapshots()).isEqualTo(SnapshotOptions.defaults());
  }
}
