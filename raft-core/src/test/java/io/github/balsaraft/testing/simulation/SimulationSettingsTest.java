package io.github.balsaraft.testing.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.SnapshotOptions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SimulationSettingsTest {

  private static List<RaftOptions> drawn(SimulationSettings settings) {
    List<RaftOptions> all = new ArrayList<>();
    for (long seed = 1; seed <= 50; seed++) {
      all.add(settings.optionsOf(seed));
    }
    return all;
  }

  @Test
  @DisplayName("who permits larger commands has snapshots, forwarding and hints drawn as before")
  void largerCommands() {
    RaftOptions larger = SimulationSettings.smallLimits().toBuilder()
        .maxMessageBytes(1 << 20)
        .maxInflight(4, 4 << 20)
        .maxCommandBytes(1 << 20)
        .maxUncommittedBytes(8 << 20)
        .maxPendingProposalBytes(16 << 20)
        .build();
    List<RaftOptions> usual = drawn(SimulationSettings.DEFAULT);
    List<RaftOptions> all = drawn(SimulationSettings.DEFAULT.withOptions(larger));
    assertThat(all).allMatch(options -> options.maxCommandBytes() == 1 << 20);
    for (int i = 0; i < all.size(); i++) {
      assertThat(all.get(i).snapshots()).isEqualTo(usual.get(i).snapshots());
      assertThat(all.get(i).forwardProposals()).isEqualTo(usual.get(i).forwardProposals());
      assertThat(all.get(i).failureHints()).isEqualTo(usual.get(i).failureHints());
    }
    assertThat(all).anyMatch(options -> !options.snapshots().equals(SnapshotOptions.defaults()));
  }

  @Test
  @DisplayName("what is said otherwise than in the small limits is not drawn")
  void whatIsSaidHolds() {
    SnapshotOptions snapshots = SnapshotOptions.builder().minLogBytes(12_345).build();
    RaftOptions small = SimulationSettings.smallLimits();
    RaftOptions others = small.toBuilder()
        .snapshots(snapshots)
        .forwardProposals(!small.forwardProposals())
        .failureHints(!small.failureHints())
        .build();
    assertThat(drawn(SimulationSettings.DEFAULT.withOptions(others)))
        .allMatch(options -> options.equals(others));
  }

  @Test
  void withoutFaultsNothingIsDrawn() {
    assertThat(drawn(SimulationSettings.DEFAULT.calm()))
        .allMatch(options -> options.equals(SimulationSettings.smallLimits()));
  }
}
