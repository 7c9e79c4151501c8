package io.github.balsaraft.model.trace;

import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReplicaId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A message as it stands in a trace: all its fields, but of entries only what they are and not their payloads.
 *
 * @param kind the name of the message, such as {@code AppendEntries}
 * @param from the sender
 * @param to the receiver
 * @param term the sender's term; the prospective one in a RequestPreVote
 * @param fields the other fields by name, in a fixed order. Values are numbers, truth values, texts, and lists and maps of
 *     these
 */
public record TracedMessage(
    String kind, ReplicaId from, ReplicaId to, long term, Map<String, Object> fields) {

  public TracedMessage {
    fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  /** What a trace says of a message. */
  public static TracedMessage of(ProtocolMessage message) {
    return MessageFields.describe(message);
  }
}
