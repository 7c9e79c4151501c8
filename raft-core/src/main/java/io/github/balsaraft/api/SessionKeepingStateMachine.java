package io.github.balsaraft.api;

import io.github.balsaraft.model.EntryId;
import java.util.List;

/**
 * A state machine on disk whose group has {@linkplain RaftSession sessions}: it keeps the library's records of them with its own state.
 *
 * <p>What was applied in a session belongs to the state that came of it. A state that is newer than the sessions, or older, would take a
 * command twice, or answer a repeated one with nothing. So the records have to be written together with what the commands of the same
 * batch change, in one transaction or write batch:
 *
 * <pre>{@code
 * public void putSessions(EntryId last, List<SessionRecord> records) {
 *   for (SessionRecord record : records) {
 *     if (record.isDeleted()) {
 *       writes.delete(sessionsTable, record.key());
 *     } else {
 *       writes.put(sessionsTable, record.key(), record.value());
 *     }
 *   }
 *   position = last;
 * }
 *
 * public void endBatch() {
 *   writes.put(positionKey, encode(position));
 *   database.write(writes);
 * }
 * }</pre>
 *
 * <p>They take at most some 70 MB ({@code docs/sessions.md} has the limits) and are in the files of a snapshot, as all state is. What
 * {@link #restore} finds there is compared with what the library knows, and put right by {@link #putSessions}.
 */
public interface SessionKeepingStateMachine extends OnDiskStateMachine, BatchingStateMachine {

  /**
   * Takes changed records into the open batch, or into one without commands. {@link #endBatch} follows.
   *
   * @param last the last entry of the batch: what {@link #appliedEntry} has to be, once this is written. Not before that of the last
   *     command
   * @param records at most one for each key; nothing may depend on their order. None at all if only {@code last} is to be written: before a
   *     {@link #capture}, so that the state is known to hold what the snapshot does
   */
  void putSessions(EntryId last, List<SessionRecord> records);

  /**
   * All records that are kept, in any order. Asked once at the start, and after {@link #restore}.
   *
   * @return a list for the caller
   */
  List<SessionRecord> sessionRecords();
}
