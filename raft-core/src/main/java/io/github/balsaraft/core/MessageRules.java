package io.github.balsaraft.core;

import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.FetchEntries;
import io.github.balsaraft.model.FetchEntriesResponse;
import io.github.balsaraft.model.InstallSnapshot;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.TimeoutNow;
import io.github.balsaraft.model.UnknownFormatException;

/** Which messages can be meant seriously. Any other is dropped and counted, whoever sent it. */
final class MessageRules {

  private MessageRules() {}

  /**
   * Whether a message can be meant seriously.
   *
   * @throws UnknownFormatException if it holds a configuration that only a newer version can read
   */
  static boolean isAllowed(ProtocolMessage message) {
    if (message.term() < 0) {
      return false;
    }
    if (message instanceof AppendEntries append) {
      return isContiguous(append);
    }
    if (message instanceof AppendEntriesResponse response) {
      return response.durableMatch() >= 0 && response.verified() >= response.durableMatch();
    }
    if (message instanceof TimeoutNow handover) {
      return handover.lastIndex() > 0;
    }
    if (message instanceof FetchEntries fetch) {
      return fetch.entry().index() > 0;
    }
    if (message instanceof FetchEntriesResponse response) {
      return response.batches().stream().allMatch(MessageRules::isConfigurationReadable);
    }
    if (message instanceof InstallSnapshot install) {
      return install.session() > 0
          && install.snapshot().index() > 0
          && install.snapshot().term() <= install.term()
          && !install.source().equals(install.to());
    }
    return true;
  }

  private static boolean isContiguous(AppendEntries message) {
    long index = message.previous().index();
    long term = message.previous().term();
    for (EntryBatch batch : message.batches()) {
      if (batch.firstIndex() != index + 1
          || batch.term() < term
          || !isConfigurationReadable(batch)) {
        return false;
      }
      index = batch.lastIndex();
      term = batch.term();
    }
    return term <= message.term() && message.session() > 0 && message.commit() >= 0;
  }

  private static boolean isConfigurationReadable(EntryBatch batch) {
    if (batch.type() != EntryType.CONFIGURATION) {
      return true;
    }
    try {
      return batch.count() == 1 && !Configuration.decode(batch.singlePayload()).isEmpty();
    } catch (CorruptDataException e) {
      return false;
    } catch (UnknownFormatException e) {
      throw new UnknownFormatException(
          "entry " + batch.firstIndex() + " of term " + batch.term() + ": " + e.getMessage());
    }
  }
}
