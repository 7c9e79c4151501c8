package io.github.balsaraft.model.trace;

import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.Role;
import java.util.List;
import java.util.TreeMap;

/** An event of each kind, in the order of docs/trace.md, which shows their text. */
final class TraceSamples {

  private static final ReplicaId N1 = new ReplicaId(0x1a2b_3c4d_5e6f_7081L);
  private static final ReplicaId N2 = new ReplicaId(0x9f8e_7d6c_5b4a_3920L);

  private static final Configuration BOTH = Configuration.of(List.of(
      Member.voter(N1, new HostId("n1"), "10.0.0.1:8001"),
      Member.voter(N2, new HostId("n2"), "10.0.0.2:8001")));

  private TraceSamples() {}

  static List<TraceEvent> all() {
    TreeMap<Long, Configuration> configurations = new TreeMap<>();
    configurations.put(0L, Configuration.EMPTY);
    configurations.put(1L, BOTH);
    Configuration alone =
        BOTH.without(N2).with(Member.learner(N2, new HostId("n2"), "10.0.0.2:8001"));
    return List.of(
        new TraceEvent.Started(
            header(1, state(3, N2, Role.FOLLOWER, null, 0, 2, 5, 1)),
            3,
            N2,
            EntryId.NONE,
            List.of(new EntryId(1, 1), new EntryId(2, 4)),
            new EntryId(2, 5),
            5,
            0,
            configurations),
        new TraceEvent.RoleChanged(
            header(2, state(4, N1, Role.CANDIDATE, null, 0, 2, 5, 1)),
            Role.CANDIDATE,
            4,
            null,
            "a quorum would vote for it"),
        new TraceEvent.Voted(header(9, state(5, N2, Role.FOLLOWER, null, 0, 2, 5, 1)), N2),
        new TraceEvent.Appended(
            header(12, state(5, N2, Role.FOLLOWER, N2, 0, 5, 9, 1)),
            new TracedEntries(EntryType.COMMAND, 5, 7, 9)),
        new TraceEvent.ConfigurationAppended(
            header(13, state(5, N2, Role.FOLLOWER, N2, 0, 5, 10, 10)), new EntryId(5, 10), alone),
        new TraceEvent.Truncated(header(14, state(6, null, Role.FOLLOWER, N2, 0, 5, 7, 1)), 8),
        new TraceEvent.Written(header(15, state(6, null, Role.FOLLOWER, N2, 0, 5, 7, 1)), 4, 7),
        new TraceEvent.Committed(header(16, state(6, null, Role.FOLLOWER, N2, 6, 5, 7, 1)), 6),
        new TraceEvent.ConfigurationApplied(
            header(17, state(6, null, Role.FOLLOWER, N2, 6, 5, 7, 1)), 1),
        new TraceEvent.Sent(
            header(18, state(7, N1, Role.CANDIDATE, null, 6, 5, 7, 1)),
            TracedMessage.of(new RequestVote(N1, N2, 7, new EntryId(5, 7), false))),
        new TraceEvent.Received(
            header(19, state(7, N1, Role.CANDIDATE, null, 6, 5, 7, 1)),
            TracedMessage.of(new AppendEntries(
                N2,
                N1,
                7,
                1,
                new EntryId(5, 7),
                List.of(Payloads.single(EntryType.NO_OP, new byte[0]).place(new EntryId(7, 8), 0)),
                6))),
        new TraceEvent.ReadBegun(header(25, state(7, N1, Role.LEADER, N1, 6, 7, 8, 1)), 31),
        new TraceEvent.ReadEnded(header(30, state(7, N1, Role.LEADER, N1, 8, 7, 8, 1)), 31, 8, ""),
        new TraceEvent.Compacted(
            header(33, state(7, N1, Role.LEADER, N1, 8, 7, 8, 1)), new EntryId(5, 6)),
        new TraceEvent.Installed(
            header(50, state(9, null, Role.FOLLOWER, N2, 40, 8, 40, 31)),
            new EntryId(8, 40),
            BOTH,
            31),
        new TraceEvent.Refilled(
            header(52, state(9, null, Role.FOLLOWER, N2, 40, 8, 40, 31)), new EntryId(8, 38), null),
        new TraceEvent.LeaseRead(
            header(60, state(10, N1, Role.LEADER, N1, 44, 10, 44, 31)), 32, 1_950_000_000L),
        new TraceEvent.TransferBegun(
            header(70, state(10, N1, Role.LEADER, N1, 44, 10, 44, 31)), N2, 1),
        new TraceEvent.TransferGivenUp(
            header(80, state(10, N1, Role.LEADER, N1, 44, 10, 44, 31)), N2, 1),
        new TraceEvent.TransferEnded(
            header(81, state(10, N1, Role.LEADER, N1, 44, 10, 44, 31)),
            3,
            TraceEvent.End.TIMED_OUT,
            N2,
            "the target was not heard to lead in time"),
        new TraceEvent.ChangeEnded(
            header(90, state(10, N1, Role.LEADER, N1, 44, 10, 44, 31)),
            5,
            TraceEvent.End.REFUSED,
            0,
            "another change is under way",
            List.of(new ChangeRefusal(
                ChangeRefusal.Reason.CHANGE_UNDER_WAY, "another change is under way"))));
  }

  /** What the examples leave out: a configuration with everything in it, and texts that need care. */
  static List<TraceEvent> oddities() {
    ReplicaId gone = new ReplicaId(-1);
    Configuration full = BOTH.with(
            Member.voter(gone, new HostId("n3"), "[::1]:1").withPriority(255))
        .withLeaseRules(LeaseRules.permitted(1000, 500));
    full = full.jointTowards(full.without(gone), 3).leaveJoint(4);
    full = full.with(new Member(
            new ReplicaId(5),
            new HostId("n-5.example"),
            "\u00e4\"\\\n\u0000\ud83d\ude00:1",
            MemberRole.LEARNER,
            false,
            0,
            99))
        .jointTowards(full, 6);
    TraceHeader header = new TraceHeader(
        gone,
        Long.MAX_VALUE,
        Long.MAX_VALUE,
        new TraceState(
            Long.MAX_VALUE, null, Role.PRE_CANDIDATE, null, Long.MAX_VALUE, EntryId.NONE, 0));
    return List.of(
        new TraceEvent.ConfigurationAppended(header, new EntryId(1, 1), full),
        new TraceEvent.RoleChanged(
            header, Role.FOLLOWER, 0, gone, "\"\\/\b\f\n\r\t\u0000\u001f\u007f\u2028\ud800x\udc00"),
        new TraceEvent.ReadEnded(header, Long.MIN_VALUE, -1, "\ud83d\ude00 \u00e9"),
        new TraceEvent.Refilled(header, new EntryId(2, 3), full),
        new TraceEvent.TransferEnded(header, -1, TraceEvent.End.REFUSED, null, "\""),
        new TraceEvent.ChangeEnded(header, -1, TraceEvent.End.DONE, 7, "", List.of()));
  }

  private static TraceHeader header(long number, TraceState state) {
    return new TraceHeader(N1, number, 1_000_000_000L + number * 1_000_000, state);
  }

  private static TraceState state(
      long term,
      ReplicaId vote,
      Role role,
      ReplicaId leader,
      long commit,
      long lastTerm,
      long lastIndex,
      long configuration) {
    return new TraceState(
        term, vote, role, leader, commit, new EntryId(lastTerm, lastIndex), configuration);
  }
}
