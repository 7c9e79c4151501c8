package io.github.balsaraft.testing;

import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.BirthAnswer;
import io.github.balsaraft.model.BirthQuery;
import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.FetchEntries;
import io.github.balsaraft.model.FetchEntriesResponse;
import io.github.balsaraft.model.ForwardedOutcomes;
import io.github.balsaraft.model.ForwardedProposals;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.HeartbeatResponse;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.InstallSnapshot;
import io.github.balsaraft.model.InstallSnapshotResponse;
import io.github.balsaraft.model.InstallStatus;
import io.github.balsaraft.model.JoinAnswer;
import io.github.balsaraft.model.JoinRequest;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.Message;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.ReadIndexRequest;
import io.github.balsaraft.model.ReadIndexResponse;
import io.github.balsaraft.model.RemovedNotice;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.SnapshotChunk;
import io.github.balsaraft.model.SnapshotId;
import io.github.balsaraft.model.SnapshotRequest;
import io.github.balsaraft.model.TimeoutNow;
import io.github.balsaraft.model.TransferRevocation;
import io.github.balsaraft.model.TransferRevocationResponse;
import io.github.balsaraft.model.VoteResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Messages of every kind, with fields at their edges: for whatever must carry or keep all of them. */
public final class SampleMessages {

  private static final ReplicaId FROM = new ReplicaId(0x1111_2222_3333_4444L);
  private static final ReplicaId TO = new ReplicaId(-2);

  private SampleMessages() {}

  /** At least one message of every kind; the same on each call. */
  public static List<Message> all() {
    SnapshotRequest newest = new SnapshotRequest(FROM, TO, -9, new EntryId(4, 9), 0, 0, 0, 1);
    EntryBatch commands = commands(7, 3, "first", "", "third");
    EntryBatch noOp = Payloads.single(EntryType.NO_OP, new byte[0]).place(new EntryId(4, 10), 1);
    return List.of(
        new RequestPreVote(FROM, TO, 5, new EntryId(4, 9)),
        new RequestPreVote(FROM, TO, Long.MAX_VALUE, EntryId.NONE),
        new PreVoteResponse(FROM, TO, 5, 6, true),
        new PreVoteResponse(FROM, TO, 0, 1, false),
        new RequestVote(FROM, TO, 5, new EntryId(4, 9), true),
        new RequestVote(FROM, TO, 1, EntryId.NONE, false),
        new VoteResponse(FROM, TO, 5, true),
        new VoteResponse(FROM, TO, 0, false),
        new AppendEntries(FROM, TO, 5, 2, new EntryId(2, 6), List.of(commands, noOp), 8),
        new AppendEntries(FROM, TO, 5, -1, EntryId.NONE, List.of(), 0),
        new AppendEntries(
            FROM, TO, 5, 3, new EntryId(3, 7), List.of(commands.from(8)), Long.MAX_VALUE),
        new AppendEntriesResponse(FROM, TO, 5, 2, 12, 11, EntryId.NONE, EntryId.NONE),
        new AppendEntriesResponse(FROM, TO, 5, 2, 0, 0, new EntryId(5, 9), new EntryId(2, 4)),
        new Heartbeat(FROM, TO, 5, 1000, 8, 9, 0x7000_0000_0000_0001L),
        new HeartbeatResponse(FROM, TO, 5, 1000, 0x7000_0000_0000_0001L),
        new HeartbeatResponse(FROM, TO, 5, 1000, 0x7000_0000_0000_0001L, true),
        new ReadIndexRequest(FROM, TO, 5, Long.MIN_VALUE),
        new ReadIndexResponse(FROM, TO, 5, Long.MIN_VALUE, 8),
        new ReadIndexResponse(FROM, TO, 5, Long.MIN_VALUE, 0, true),
        new TimeoutNow(FROM, TO, 5, 1, Long.MIN_VALUE, 1 << 20),
        new TransferRevocation(FROM, TO, 5, 0),
        new TransferRevocationResponse(FROM, TO, 5, 0, Long.MIN_VALUE),
        new InstallSnapshot(FROM, TO, 5, 2, new EntryId(4, 9), FROM),
        new InstallSnapshot(FROM, TO, 5, 2, new EntryId(4, 9), FROM)
            .withSourceAt(new HostId("n1"), "n1.example:7000"),
        new InstallSnapshotResponse(FROM, TO, 5, 2, new EntryId(4, 9), InstallStatus.UNDER_WAY),
        new InstallSnapshotResponse(
            FROM, TO, 5, 2, new EntryId(4, Long.MAX_VALUE), InstallStatus.INSTALLED),
        new InstallSnapshotResponse(
            FROM, TO, 5, 2, new EntryId(4, 9), InstallStatus.UNDER_WAY, 1L << 40),
        new FetchEntries(FROM, TO, 5, -3, new EntryId(3, 7), -1),
        new FetchEntries(FROM, TO, 5, 3, new EntryId(3, 7), 0),
        new FetchEntriesResponse(FROM, TO, 5, -3, 8, List.of(commands, noOp)),
        new FetchEntriesResponse(FROM, TO, 5, 3, 0, List.of()),
        new RemovedNotice(FROM, TO, 5, 12),
        new BirthQuery(FROM, 0x0123_4567_89ab_cdefL, "n1.example:7000"),
        new BirthAnswer(FROM, 0, null, null, null),
        new BirthAnswer(FROM, -1, TO, new ClusterIdentity(-5, 3), founding()),
        new JoinRequest(FROM, new HostId("n-1.example_2"), "n1.example:7000"),
        new JoinAnswer(FROM, JoinAnswer.Status.NOT_LEADER, ""),
        new JoinAnswer(FROM, JoinAnswer.Status.NOT_LEADER, "", new HostId("n2"), "n2.example:7000"),
        new JoinAnswer(FROM, JoinAnswer.Status.REFUSED, "not now \u2014 später"),
        new ForwardedProposals(
            FROM,
            TO,
            5,
            -9,
            1,
            EntryType.COMMAND,
            List.of(bytes("one"), bytes(""), bytes("three"))),
        new ForwardedProposals(FROM, TO, 5, 9, Long.MAX_VALUE, EntryType.COMMAND, List.of()),
        new ForwardedProposals(FROM, TO, 5, 9, 2, EntryType.SESSION, List.of(bytes("one"))),
        new ForwardedOutcomes(
            FROM,
            TO,
            -9,
            List.of(
                new ForwardedOutcomes.Outcome(1, ForwardedOutcomes.Kind.APPLIED, bytes("result")),
                new ForwardedOutcomes.Outcome(2, ForwardedOutcomes.Kind.NOT_LEADER, bytes("")),
                new ForwardedOutcomes.Outcome(
                    Long.MAX_VALUE, ForwardedOutcomes.Kind.UNKNOWN, bytes("?")))),
        new ForwardedOutcomes(FROM, TO, 0, List.of()),
        new ForwardedOutcomes(
            FROM,
            TO,
            7,
            List.of(new ForwardedOutcomes.Outcome(
                3, ForwardedOutcomes.Kind.TOO_LARGE, bytes("8388608")))),
        new ForwardedOutcomes(
            FROM,
            TO,
            1,
            List.of(new ForwardedOutcomes.Outcome(
                3, ForwardedOutcomes.Kind.OVERLOADED, bytes("full"), 250))),
        newest,
        new SnapshotRequest(
            FROM, TO, 3, new EntryId(4, 9), Long.MIN_VALUE, 2, 1L << 40, Integer.MAX_VALUE),
        SnapshotChunk.without(newest, SnapshotChunk.Status.BEING_TAKEN),
        SnapshotChunk.part(
            newest, new SnapshotId(new EntryId(4, 12), Long.MIN_VALUE), 1L << 41, bytes("part")),
        SnapshotChunk.part(newest, new SnapshotId(new EntryId(4, 12), 1), 0, bytes("")));
  }

  /** The kinds of messages that exist, however deep the sealed hierarchy is. */
  public static Set<String> allKinds() {
    Set<String> kinds = new TreeSet<>();
    collectKinds(Message.class, kinds);
    return kinds;
  }

  private static void collectKinds(Class<?> type, Set<String> kinds) {
    if (!type.isSealed()) {
      kinds.add(type.getSimpleName());
      return;
    }
    for (Class<?> permitted : type.getPermittedSubclasses()) {
      collectKinds(permitted, kinds);
    }
  }

  /** A small message with a number to recognise it by. */
  public static Heartbeat heartbeat(long sequence) {
    return new Heartbeat(FROM, TO, 1, sequence, 0, 0, 0);
  }

  /** A bulk message with a number to recognise it by, its {@code commit}, and one entry of {@code payloadBytes}. */
  public static AppendEntries append(long number, int payloadBytes) {
    EntryBatch batch =
        Payloads.single(EntryType.COMMAND, new byte[payloadBytes]).place(new EntryId(1, 1), 1);
    return new AppendEntries(FROM, TO, 1, 1, EntryId.NONE, List.of(batch), number);
  }

  private static EntryBatch commands(long firstIndex, long term, String... payloads) {
    Payloads batch = new Payloads(EntryType.COMMAND, 16);
    for (String payload : payloads) {
      batch.add(bytes(payload), Payloads.checksum(bytes(payload)));
    }
    return batch.place(new EntryId(term, firstIndex), 1_700_000_000_123L);
  }

  private static EntryBatch founding() {
    List<Member> members = new ArrayList<>();
    members.add(Member.voter(FROM, new HostId("n1"), "n1:7000"));
    members.add(Member.learner(TO, new HostId("n2"), "n2:7000"));
    byte[] configuration = Configuration.of(members).encode();
    return Payloads.single(EntryType.CONFIGURATION, configuration).place(new EntryId(1, 1), 99);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
