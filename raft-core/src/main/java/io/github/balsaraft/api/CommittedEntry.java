package io.github.balsaraft.api;

import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.SessionEntry;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * An entry of the log that is committed: no member will ever have another one at its index.
 *
 * @param id its term and index
 * @param logTimeMillis its log time, as {@link Command#logTimeMillis}
 * @param type what it is
 * @param payload what it holds, in an array of its own: a command, or what the library has put there
 */
@SuppressWarnings("ArrayRecordComponent")
public record CommittedEntry(EntryId id, long logTimeMillis, EntryType type, byte[] payload) {

  /**
   * The application's command; empty if it is another entry. A command of a {@linkplain RaftSession session} may be in the log more than
   * once, and is applied once; who needs to tell looks at the session and number in the {@link SessionEntry}.
   */
  public Optional<byte[]> command() {
    if (type == EntryType.COMMAND) {
      return Optional.of(payload);
    }
    if (type == EntryType.SESSION
        && SessionEntry.decode(ByteBuffer.wrap(payload)) instanceof SessionEntry.Command sent) {
      ByteBuffer content = sent.command();
      byte[] bytes = new byte[content.remaining()];
      content.duplicate().get(bytes);
      return Optional.of(bytes);
    }
    return Optional.empty();
  }
}
