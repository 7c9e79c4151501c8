package io.github.balsaraft.storage.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.storage.LogStoreException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailureStateTest {

  private final FailureState failure = new FailureState();
  private final List<String> told = new ArrayList<>();

  /** It is they who end the host. */
  @Test
  void theListenersAreToldWhateverBecomesOfTheLineInTheLog() {
    failure.onFailure(e -> told.add("first"));
    failure.onFailure(e -> told.add("second"));
    boolean thrown = false;
    try {
      failure.fail(new UnprintableException());
    } catch (UnprintableException e) {
      thrown = true;
    }
    assertThat(thrown).as("by the line").isTrue();
    assertThat(told).containsExactly("first", "second");
  }

  @Test
  void theOthersAreToldIfOneThrows() {
    failure.onFailure(e -> {
      throw new IllegalStateException("asked to throw");
    });
    failure.onFailure(e -> told.add("second"));
    assertThatThrownBy(() -> failure.fail(new LogStoreException("full")))
        .hasMessage("asked to throw");
    assertThat(told).containsExactly("second");
  }

  @Test
  void theFirstFailureStaysAndWhoListensLaterHearsOfIt() {
    failure.onFailure(e -> told.add(e.getMessage()));
    failure.fail(new LogStoreException("full"));
    failure.fail(new LogStoreException("and broken"));
    failure.onFailure(e -> told.add("late: " + e.getMessage()));
    assertThat(told).containsExactly("full", "late: full");
    assertThatThrownBy(failure::check)
        .isInstanceOf(LogStoreException.class)
        .hasMessage("the log store has failed before: full");
  }
}
