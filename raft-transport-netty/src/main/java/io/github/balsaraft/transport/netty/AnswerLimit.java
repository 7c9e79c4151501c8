package io.github.balsaraft.transport.netty;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.SessionAnswer;
import io.github.balsaraft.model.UnknownFormatException;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientAnswer;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientOutcome;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Makes an answer fit into the longest frame that a client takes: sent all the same it would end the connection, and be asked for again.
 * What only explains is cut; a result isn't, and its place takes the fact that it is too long.
 */
final class AnswerLimit {

  private static final byte[] CUT = " ... (cut)".getBytes(UTF_8);

  private AnswerLimit() {}

  /**
   * The answer, or what can be sent of it.
   *
   * @param isCommand whether it is that of a session to one of its entries
   */
  static ClientAnswer fit(ClientAnswer answer, boolean isCommand, int maxBytes) {
    int bytes = answer.getSerializedSize();
    if (bytes <= maxBytes) {
      return answer;
    }
    int excessBytes = bytes - maxBytes;
    if (answer.getOutcome() != ClientOutcome.CLIENT_OUTCOME_DONE) {
      byte[] detail = cut(answer.getDetailBytes().toByteArray(), excessBytes);
      return answer.toBuilder().setDetailBytes(ByteString.copyFrom(detail)).build();
    }
    SessionAnswer ofSession = isCommand ? ofSession(answer) : null;
    if (ofSession != null && ofSession.verdict() == SessionAnswer.Verdict.REJECTED) {
      SessionAnswer shorter = new SessionAnswer(
          ofSession.verdict(), ofSession.index(), cut(ofSession.result(), excessBytes));
      return answer.toBuilder()
          .setContent(ByteString.copyFrom(shorter.encode()))
          .build();
    }
    return ClientAnswer.newBuilder()
        .setId(answer.getId())
        .setOutcome(ClientOutcome.CLIENT_OUTCOME_ANSWER_TOO_LARGE)
        .setDetail("an answer of " + bytes + " bytes is larger than the " + maxBytes
            + " that the client takes")
        .setAppliedIndex(ofSession == null ? 0 : ofSession.index())
        .build();
  }

  /** Null if nobody here can tell: it may be a newer leader's, which its client understands. */
  private static @Nullable SessionAnswer ofSession(ClientAnswer answer) {
    try {
      return SessionAnswer.decode(answer.getContent().toByteArray());
    } catch (CorruptDataException | UnknownFormatException e) {
      return null;
    }
  }

  /** Shorter by so many bytes at least, as far as there are so many, and says so. */
  private static byte[] cut(byte[] text, int bytes) {
    int kept = Math.max(0, text.length - bytes - CUT.length);
    // Not within a character.
    while (kept > 0 && (text[kept] & 0xc0) == 0x80) {
      kept--;
    }
    byte[] shorter = Arrays.copyOf(text, kept + CUT.length);
    System.arraycopy(CUT, 0, shorter, kept, CUT.length);
    return shorter;
  }
}
