package io.github.balsaraft.testing.simulation.diagram;

import io.github.balsaraft.model.BirthAnswer;
import io.github.balsaraft.model.BirthQuery;
import io.github.balsaraft.model.ForwardedOutcomes;
import io.github.balsaraft.model.ForwardedProposals;
import io.github.balsaraft.model.JoinAnswer;
import io.github.balsaraft.model.JoinRequest;
import io.github.balsaraft.model.Message;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ServiceMessage;
import io.github.balsaraft.model.SnapshotChunk;
import io.github.balsaraft.model.SnapshotRequest;
import io.github.balsaraft.model.trace.TracedMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A message as it is shown: payloads are only counted.
 *
 * @param term the sender's; 0 if the message has none
 * @param fields the others by name, in a fixed order: numbers, truth values, texts, and lists and maps of these
 */
record MessageView(String kind, long term, Map<String, Object> fields) {

  static MessageView of(Message message, ReplicaNames names) {
    if (message instanceof ProtocolMessage protocol) {
      TracedMessage traced = TracedMessage.of(protocol);
      return new MessageView(traced.kind(), traced.term(), traced.fields());
    }
    return ofService((ServiceMessage) message, names);
  }

  private static MessageView ofService(ServiceMessage message, ReplicaNames names) {
    String kind = message.getClass().getSimpleName();
    Map<String, Object> fields = new LinkedHashMap<>();
    long term = 0;
    if (message instanceof BirthQuery query) {
      fields.put("replica", names.of(query.replica()));
      fields.put("address", query.address());
    } else if (message instanceof BirthAnswer answer) {
      fields.put("asker", names.of(answer.asker()));
      fields.put("unborn", names.of(answer.unborn()));
      fields.put("cluster", answer.cluster() == null ? "" : answer.cluster().toString());
      fields.put("founding", answer.founding() == null ? "" : answer.founding().toString());
    } else if (message instanceof JoinRequest request) {
      fields.put("replica", names.of(request.replica()));
      fields.put("host", request.host().name());
      fields.put("address", request.address());
    } else if (message instanceof JoinAnswer answer) {
      fields.put("replica", names.of(answer.replica()));
      fields.put("status", answer.status().name());
      fields.put("detail", answer.detail());
      fields.put("leader", answer.leader() == null ? "" : answer.leader().name());
    } else if (message instanceof ForwardedProposals proposals) {
      term = proposals.term();
      fields.put("firstSequence", proposals.firstSequence());
      fields.put("type", proposals.type().name());
      fields.put("commands", (long) proposals.commands().size());
    } else if (message instanceof ForwardedOutcomes outcomes) {
      List<Object> list = new ArrayList<>();
      for (ForwardedOutcomes.Outcome outcome : outcomes.outcomes()) {
        list.add(outcome.sequence() + " " + outcome.kind());
      }
      fields.put("outcomes", list);
    } else if (message instanceof SnapshotRequest request) {
      fields.put("atLeast", request.atLeast().toString());
      fields.put("file", (long) request.file());
      fields.put("offset", request.offset());
    } else if (message instanceof SnapshotChunk chunk) {
      fields.put("status", chunk.status().name());
      fields.put("snapshot", chunk.snapshot().last().toString());
      fields.put("file", (long) chunk.file());
      fields.put("offset", chunk.offset());
      fields.put("bytes", (long) chunk.bytes().length);
    }
    return new MessageView(kind, term, fields);
  }
}
