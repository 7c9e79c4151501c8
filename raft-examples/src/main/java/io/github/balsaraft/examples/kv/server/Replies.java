package io.github.balsaraft.examples.kv.server;

import io.github.balsaraft.examples.kv.command.Errors;
import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.state.Answer;
import java.util.List;

/** Answers of the state as replies of the protocol; long ones of several values are written value by value elsewhere. */
final class Replies {

  private Replies() {}

  static Reply of(Answer answer) {
    if (answer instanceof Answer.Done) {
      return Reply.OK;
    } else if (answer instanceof Answer.Nil) {
      return Reply.NIL;
    } else if (answer instanceof Answer.Count number) {
      return new Reply.Int(number.value());
    } else if (answer instanceof Answer.Value value) {
      return new Reply.Bulk(value.bytes());
    } else if (answer instanceof Answer.Refused refused) {
      return switch (refused.refusal()) {
        case NOT_AN_INTEGER -> Errors.NOT_AN_INTEGER;
        case OVERFLOW -> Errors.OVERFLOW;
        case TOO_LONG -> Errors.TOO_LONG;
        case INVALID_EXPIRE -> Errors.INVALID_GETEX_TIME;
        case ANSWERS_TOO_LONG -> Errors.ANSWERS_TOO_LONG;
        case TOO_MUCH_REWRITTEN -> Errors.TOO_MUCH_REWRITTEN;
        case TOO_MANY_LOOKS -> Errors.TOO_MANY_LOOKS;
      };
    } else if (answer instanceof Answer.Values values) {
      return new Reply.Array(values.values().stream()
          .<Reply>map(value -> new Reply.Bulk(value.orElse(null)))
          .toList());
    } else if (answer instanceof Answer.Page page) {
      return new Reply.Array(List.of(
          Reply.Bulk.of(Long.toString(page.cursor())),
          new Reply.Array(page.found().stream().<Reply>map(Reply.Bulk::new).toList())));
    }
    throw new AssertionError("no reply for " + answer.getClass());
  }
}
