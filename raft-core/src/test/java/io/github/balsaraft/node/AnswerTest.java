package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A question is answered once; another answer is no news to its caller, and is counted. */
class AnswerTest {

  private final AtomicInteger secondEnds = new AtomicInteger();
  private final Answer<String> answer = new Answer<>(secondEnds::incrementAndGet);

  @Test
  void once() {
    assertThat(answer.complete("done")).isTrue();
    assertThat(answer).isCompletedWithValue("done");
    assertThat(secondEnds).hasValue(0);
  }

  @Test
  @DisplayName("done, and then failed")
  void twice() {
    answer.complete("done");
    assertThat(answer.completeExceptionally(new IllegalStateException("lost"))).isFalse();
    assertThat(secondEnds).hasValue(1);
    assertThat(answer.complete("done again")).isFalse();
    assertThat(secondEnds).hasValue(2);
    assertThat(answer).isCompletedWithValue("done");
  }

  @Test
  @DisplayName("what is made of it ends once as well")
  void dependents() {
    CompletableFuture<Integer> length = answer.thenApply(String::length);
    answer.complete("done");
    assertThat(length).isCompletedWithValue(4);
    length.complete(5);
    assertThat(secondEnds).hasValue(0);
  }

  @Test
  @DisplayName("a caller that gives up ends it, and that of the node is no second one")
  void cancelled() {
    assertThat(answer.cancel(false)).isTrue();
    answer.complete("done");
    assertThat(secondEnds).hasValue(0);
  }
}
