package io.github.balsaraft.examples.kv.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is known of deadlines on a disk when the disk fails. */
class FirstDeadlinesTest {

  private static final byte TAG = 'd';

  private final List<byte[]> stored = new ArrayList<>();
  private int failsAfter = Integer.MAX_VALUE;

  private void walk(byte[] from, KeyDatabase.Visitor visitor) {
    int seen = 0;
    for (byte[] key : stored) {
      if (seen++ == failsAfter) {
        throw new IllegalStateException("the disk fails");
      }
      if (!visitor.visit(key, new byte[0])) {
        return;
      }
    }
  }

  @Test
  @DisplayName("a failure while deadlines are read leaves none unseen for ever")
  void failureWhileReading() {
    byte[] first = {TAG, 1};
    byte[] second = {TAG, 2};
    stored.addAll(List.of(first, second));
    for (int before = 0; before < 2; before++) {
      FirstDeadlines deadlines = new FirstDeadlines(this::walk, TAG);
      deadlines.beginAnew(true);
      failsAfter = before;
      assertThatThrownBy(deadlines::first).hasMessage("the disk fails");
      failsAfter = Integer.MAX_VALUE;
      assertThat(deadlines.first()).isSameAs(first);
      deadlines.delete(first);
      assertThat(deadlines.first()).as("after a failure at %s", before).isSameAs(second);
    }
  }
}
