package io.github.balsaraft.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.simulation.diagram.TraceHash;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The same seed gives the same run, to the byte. */
class TraceHashTest {

  private static TraceHash of(long seed, TraceHash hash) {
    EventfulRun.happens(seed, hash, hash::timedBy);
    return hash;
  }

  @Test
  void differsWithTheSeedOnly() {
    TraceHash one = of(1, TraceHash.quick());
    assertThat(of(1, TraceHash.quick()).value()).isEqualTo(one.value());
    assertThat(of(1, TraceHash.quick()).events()).isEqualTo(one.events()).isPositive();
    assertThat(of(2, TraceHash.quick()).value()).isNotEqualTo(one.value());
    TraceHash thorough = of(1, TraceHash.thorough());
    assertThat(of(1, TraceHash.thorough()).value()).isEqualTo(thorough.value());
    assertThat(of(2, TraceHash.thorough()).value()).isNotEqualTo(thorough.value());
  }

  @Test
  void noticesWhatHappensAndWhenAndInWhichOrder() {
    HostId n1 = new HostId("n1");
    HostId n2 = new HostId("n2");
    VirtualTime later = new VirtualTime();
    later.runFor(1);
    TraceHash one = TraceHash.quick().timedBy(new VirtualTime());
    TraceHash swapped = TraceHash.quick().timedBy(new VirtualTime());
    TraceHash late = TraceHash.quick().timedBy(later);
    TraceHash other = TraceHash.quick().timedBy(new VirtualTime());
    one.onCut(n1, n2);
    one.onStart(n1, 1);
    swapped.onStart(n1, 1);
    swapped.onCut(n1, n2);
    late.onCut(n1, n2);
    late.onStart(n1, 1);
    other.onCut(n2, n1);
    other.onStart(n1, 1);
    assertThat(List.of(one.value(), swapped.value(), late.value(), other.value()))
        .doesNotHaveDuplicates();
  }
}
