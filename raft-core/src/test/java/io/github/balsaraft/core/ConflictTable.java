package io.github.balsaraft.core;

import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.ProtocolMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * The language of the files in {@code testdata/conflicts}: {@code leader 1 1 4 follower 1 2 2}. A log is given by the terms
 * of its entries; {@code 2*100} means a hundred entries of term 2. The answer tells each question of the leader and what
 * the follower says to it, until the logs agree, and in the end how many questions failed.
 */
final class ConflictTable {

  private ConflictTable() {}

  static List<String> execute(String line) {
    String[] logs = line.substring("leader".length()).split("follower", 2);
    long[] leaderLog = terms(logs[0]);
    long[] followerLog = terms(logs[1]);
    long leaderTerm = LongStream.of(leaderLog).max().orElse(0);
    long followerTerm = LongStream.of(followerLog).max().orElse(0);
    CoreHarness harness = CoreHarness.ofVoters(CoreHarness.OPTIONS, "n1", "n2", "n3");
    // n3 has the leader's log and gives it the vote that it needs.
    harness.preset(harness.replica("n1"), Math.max(leaderTerm, followerTerm), leaderLog);
    harness.preset(harness.replica("n3"), Math.max(leaderTerm, followerTerm), leaderLog);
    harness.preset(harness.replica("n2"), followerTerm, followerLog);
    harness.timeout(harness.replica("n1"));
    return talk(harness);
  }

  private static long[] terms(String text) {
    return Arrays.stream(text.trim().split("\\s+"))
        .filter(word -> !word.isEmpty())
        .flatMapToLong(word -> {
          String[] run = word.split("\\*", -1);
          long count = run.length > 1 ? Long.parseLong(run[1]) : 1;
          return LongStream.range(0, count).map(i -> Long.parseLong(run[0]));
        })
        .toArray();
  }

  private static List<String> talk(CoreHarness harness) {
    List<String> answer = new ArrayList<>();
    int failed = 0;
    while (!harness.network().isEmpty()) {
      ProtocolMessage message = harness.network().take(0);
      boolean aboutFollower = message.from().equals(CoreHarness.id("n2"));
      if (aboutFollower
          && message instanceof AppendEntriesResponse response
          && response.isRejection()) {
        failed++;
        answer.add("not at " + response.rejectedPrevious() + ", at most at " + response.hint());
      }
      boolean toFollower = message.to().equals(CoreHarness.id("n2"));
      if (toFollower
          && failed > 0
          && answer.get(answer.size() - 1).startsWith("not")
          && message instanceof AppendEntries append
          && !append.batches().isEmpty()) {
        answer.add("sends from " + append.batches().get(0).firstIndex() + " on");
      }
      harness.deliver(message);
    }
    HarnessReplica leader = harness.replica("n1");
    leader.check(leader.leads(), "is not elected");
    HarnessReplica follower = harness.replica("n2");
    leader.check(
        follower.disk.writtenEntries().equals(leader.disk.writtenEntries()),
        "the logs don't agree in the end");
    answer.add("equal after " + failed + " failed questions");
    return answer;
  }
}
