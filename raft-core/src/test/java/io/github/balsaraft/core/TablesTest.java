package io.github.balsaraft.core;

import io.github.balsaraft.core.quorum.Quorum;
import io.github.balsaraft.core.quorum.VoteTally;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import io.github.balsaraft.model.ReplicaId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Rules that fit in a line, in text files that a person can read and extend. The head of each file says what it means. */
class TablesTest {

  @TestFactory
  @DisplayName("quorums: what a majority has reached, which elections are won")
  Stream<DynamicTest> quorums() {
    return DataFile.tests("quorum", file -> TablesTest::quorum);
  }

  @TestFactory
  @DisplayName(
      "membership: the way from one configuration to the next, and which changes are refused")
  Stream<DynamicTest> membership() {
    return DataFile.tests("membership", file -> MembershipTable::execute);
  }

  @TestFactory
  @DisplayName("votes: who gets one")
  Stream<DynamicTest> votes() {
    return DataFile.tests("votes", file -> new VoteTable()::execute);
  }

  @TestFactory
  @DisplayName("conflicts: how two logs find out where they agree")
  Stream<DynamicTest> conflicts() {
    return DataFile.tests("conflicts", file -> ConflictTable::execute);
  }

  // ------------------------------------------------------------------ quorum

  private static List<String> quorum(String line) {
    List<String> words = List.of(line.split("\\s+"));
    int with = words.indexOf("with");
    Configuration configuration = halves(words.subList(1, with));
    TreeMap<ReplicaId, String> values = new TreeMap<>();
    for (String word : words.subList(with + 1, words.size())) {
      String[] pair = word.split("=", -1);
      values.put(CoreHarness.id(pair[0]), pair[1]);
    }
    Quorum quorum = new Quorum(configuration);
    if (words.get(0).equals("reached")) {
      return List.of("" + quorum.reached(voter -> Long.parseLong(values.getOrDefault(voter, "0"))));
    }
    VoteTally tally = new VoteTally(quorum);
    values.forEach((voter, vote) -> tally.record(voter, vote.equals("yes")));
    return List.of(tally.isWon() ? "won" : "open");
  }

  /** Of the names up to "outgoing" are the incoming half, those after it the outgoing one. */
  private static Configuration halves(List<String> words) {
    int split = words.indexOf("outgoing");
    List<String> incoming = split < 0 ? words : words.subList(0, split);
    List<String> outgoing = split < 0 ? List.of() : words.subList(split + 1, words.size());
    TreeSet<String> all = new TreeSet<>(incoming);
    all.addAll(outgoing);
    List<Member> members = new ArrayList<>();
    for (String name : all) {
      MemberRole role = incoming.contains(name) ? MemberRole.VOTER : MemberRole.LEAVING;
      members.add(CoreHarness.voter(name).withRole(role, outgoing.contains(name)));
    }
    return Configuration.of(members);
  }
}
