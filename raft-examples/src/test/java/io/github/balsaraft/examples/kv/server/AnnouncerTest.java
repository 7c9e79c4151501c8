package io.github.balsaraft.examples.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.examples.kv.testing.FakeBackend;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A server tells the cluster where its clients are to go. */
class AnnouncerTest {

  private final FakeBackend backend = new FakeBackend();
  private final Announcer announcer = new Announcer(
      backend,
      backend.state(),
      ServerSettings.builder(new HostPort("127.0.0.1", 0), 100)
          .clientAddresses(Map.of("n1", "127.0.0.1:7001"))
          .build());

  @BeforeEach
  void applyAtOnce() {
    backend.completeAtOnce(true);
  }

  @AfterEach
  void close() {
    backend.close();
  }

  @Test
  @DisplayName("one at a time, and again until the cluster has it")
  void untilItIsKnown() {
    backend.failProposals(new IllegalStateException("no"));
    announcer.step();
    announcer.step();
    assertThat(backend.proposed()).hasSize(2);
    backend.failProposals(null);
    backend.hold();
    announcer.step();
    announcer.step();
    assertThat(backend.proposed()).hasSize(3);
  }

  @Test
  @DisplayName("one that can't even be begun is made up for")
  void cannotBeBegun() {
    backend.throwAtOnce(new OutOfMemoryError("as the test says"));
    assertThatThrownBy(announcer::step).isInstanceOf(OutOfMemoryError.class);
    backend.throwAtOnce(null);
    announcer.step();
    assertThat(backend.state().clientAddress("n1")).contains("127.0.0.1:7001");
    announcer.step();
    assertThat(backend.proposed()).hasSize(1);
  }
}
