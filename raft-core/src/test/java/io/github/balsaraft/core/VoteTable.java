package io.github.balsaraft.core;

import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.VoteResponse;
import java.util.Arrays;
import java.util.List;

/**
 * The language of the files in {@code testdata/votes}: one voter, n1, and who asks it.
 *
 * <pre>
 * voter term=4 log 1 1 2          n1 starts anew, with this term and one log entry for each term named
 * n2 leads term=4                 n1 hears a heartbeat
 * pass 500ms
 * n3 asks term=5 last=3@2         for a vote; "transfer" at the end: the leader itself wanted this election
 * n3 would-ask term=5 last=3@2    for a pre-vote
 * </pre>
 */
final class VoteTable {

  private static final ReplicaId VOTER = CoreHarness.id("n1");

  private CoreHarness harness = new CoreHarness(CoreHarness.OPTIONS);

  List<String> execute(String line) {
    List<String> words = List.of(line.split("\\s+"));
    if (words.get(0).equals("voter")) {
      voter(number(words.get(1)), words.subList(3, words.size()));
    } else if (words.get(0).equals("pass")) {
      long millis = Long.parseLong(words.get(1).replace("ms", ""));
      harness.pass(harness.replica(VOTER), millis * CoreHarness.MILLIS);
    } else {
      harness.deliver(message(CoreHarness.id(words.get(0)), words));
    }
    List<ProtocolMessage> sent = harness.network().take(message -> true);
    return sent.stream().filter(VoteTable::isAnswer).map(VoteTable::text).toList();
  }

  private void voter(long term, List<String> terms) {
    harness = CoreHarness.ofVoters(CoreHarness.OPTIONS, "n1", "n2", "n3");
    long[] log = terms.stream().mapToLong(Long::parseLong).toArray();
    harness.preset(harness.replica(VOTER), term, log);
  }

  private static ProtocolMessage message(ReplicaId from, List<String> words) {
    long term = number(words.get(2));
    return switch (words.get(1)) {
      case "leads" -> new Heartbeat(from, VOTER, term, 1, 0, 0, 0);
      case "asks" ->
        new RequestVote(from, VOTER, term, position(words.get(3)), words.contains("transfer"));
      case "would-ask" -> new RequestPreVote(from, VOTER, term, position(words.get(3)));
      default -> throw new IllegalArgumentException("nobody can " + words.get(1));
    };
  }

  private static long number(String assignment) {
    return Long.parseLong(assignment.split("=", -1)[1]);
  }

  private static EntryId position(String assignment) {
    long[] parts = Arrays.stream(assignment.split("=", -1)[1].split("@", -1))
        .mapToLong(Long::parseLong)
        .toArray();
    return new EntryId(parts[1], parts[0]);
  }

  private static boolean isAnswer(ProtocolMessage message) {
    return message instanceof VoteResponse || message instanceof PreVoteResponse;
  }

  private static String text(ProtocolMessage message) {
    boolean granted = message instanceof VoteResponse vote
        ? vote.granted()
        : ((PreVoteResponse) message).granted();
    return (granted ? "yes" : "no") + ", in term " + message.term();
  }
}
