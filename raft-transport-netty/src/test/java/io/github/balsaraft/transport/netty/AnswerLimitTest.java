package io.github.balsaraft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.github.balsaraft.model.SessionAnswer;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientAnswer;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientOutcome;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Whatever doesn't fit into a client's frames is told truthfully: what had no effect is never called done. */
class AnswerLimitTest {

  private static final int MAX_BYTES = 500;

  private static ClientAnswer ofSession(SessionAnswer answer) {
    return ClientAnswer.newBuilder()
        .setId(300)
        .setOutcome(ClientOutcome.CLIENT_OUTCOME_DONE)
        .setContent(ByteString.copyFrom(answer.encode()))
        .build();
  }

  private static ClientAnswer fit(ClientAnswer answer, boolean isCommand) {
    ClientAnswer fitted = AnswerLimit.fit(answer, isCommand, MAX_BYTES);
    assertThat(fitted.getSerializedSize()).isLessThanOrEqualTo(MAX_BYTES);
    assertThat(fitted.getId()).isEqualTo(300);
    return fitted;
  }

  @Test
  @DisplayName(
      "the reason of a rejection is cut, between two characters, and the rejection stays one")
  void rejection() {
    for (String start : new String[] {"", "a", "aa", "aaa"}) {
      ClientAnswer fitted =
          fit(ofSession(SessionAnswer.rejected(9, start + "\u20ac".repeat(1000))), true);
      assertThat(fitted.getOutcome()).isEqualTo(ClientOutcome.CLIENT_OUTCOME_DONE);
      SessionAnswer answer = SessionAnswer.decode(fitted.getContent().toByteArray());
      assertThat(answer.verdict()).isEqualTo(SessionAnswer.Verdict.REJECTED);
      assertThat(answer.index()).isEqualTo(9);
      assertThat(answer.reason()).matches(start + "\u20ac{140,160} \\.\\.\\. \\(cut\\)");
    }
  }

  @Test
  @DisplayName("what a query threw is cut too, and stays a failure")
  void failure() {
    ClientAnswer fitted = fit(
        ClientAnswer.newBuilder()
            .setId(300)
            .setOutcome(ClientOutcome.CLIENT_OUTCOME_QUERY_FAILED)
            .setDetail("x".repeat(1000))
            .build(),
        false);
    assertThat(fitted.getOutcome()).isEqualTo(ClientOutcome.CLIENT_OUTCOME_QUERY_FAILED);
    assertThat(fitted.getDetail()).startsWith("xxx").endsWith(" ... (cut)");
  }

  @Test
  @DisplayName(
      "a result is not cut: that it is too long takes its place, with the index of a command")
  void result() {
    ClientAnswer command = fit(ofSession(SessionAnswer.applied(9, new byte[1000])), true);
    assertThat(command.getOutcome()).isEqualTo(ClientOutcome.CLIENT_OUTCOME_ANSWER_TOO_LARGE);
    assertThat(command.getAppliedIndex()).isEqualTo(9);
    // The same bytes may be what a query has answered.
    ClientAnswer query = fit(ofSession(SessionAnswer.rejected(9, "x".repeat(1000))), false);
    assertThat(query.getOutcome()).isEqualTo(ClientOutcome.CLIENT_OUTCOME_ANSWER_TOO_LARGE);
    assertThat(query.getAppliedIndex()).isZero();
  }

  @Test
  @DisplayName("what fits is sent as it is")
  void whatFits() {
    ClientAnswer answer = ofSession(SessionAnswer.applied(9, new byte[100]));
    assertThat(fit(answer, true)).isSameAs(answer);
  }
}
