package io.github.balsaraft.model;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who belongs to a group: a value in the log, in force as soon as it is appended (Raft paper 6). While a change of voters
 * is under way it is joint: decisions then need a majority of the incoming and of the outgoing half.
 *
 * <p>Members are sorted by replica id and no replica occurs twice, so that equal configurations have equal bytes.
 */
public final class Configuration {

  /** The most members a configuration can have. */
  public static final int MAX_MEMBERS = 255;

  /** Gates entry types and messages that older versions don't know. */
  public static final int FEATURE_LEVEL = 1;

  /** Of a replica that was told nothing yet: it has no quorum and never campaigns. */
  public static final Configuration EMPTY =
      new Configuration(List.of(), FEATURE_LEVEL, LeaseRules.FORBIDDEN, List.of());

  /** How many removed replicas are remembered; the oldest are forgotten first. */
  public static final int MAX_REMOVALS = 255;

  private static final int RECORD_VERSION = 1;

  private final List<Member> members;
  private final int featureLevel;
  private final LeaseRules leaseRules;
  private final List<Removal> removals;
  private final boolean joint;

  private Configuration(
      List<Member> sorted, int featureLevel, LeaseRules leaseRules, List<Removal> removals) {
    this.members = sorted;
    this.featureLevel = featureLevel;
    this.leaseRules = leaseRules;
    this.removals = removals;
    this.joint = sorted.stream().anyMatch(Member::outgoingVoter);
  }

  /**
   * A configuration of these members.
   *
   * @throws IllegalArgumentException if a replica occurs twice, there are too many, or a half has no voter
   */
  public static Configuration of(List<Member> members) {
    return of(members, FEATURE_LEVEL, LeaseRules.FORBIDDEN, List.of());
  }

  /**
   * A configuration with everything that it holds, for whoever reads one from another form.
   *
   * @throws IllegalArgumentException as above
   */
  public static Configuration of(
      List<Member> members, int featureLevel, LeaseRules leaseRules, List<Removal> removals) {
    List<Member> sorted =
        members.stream().sorted(Comparator.comparing(Member::replica)).toList();
    for (int i = 1; i < sorted.size(); i++) {
      if (sorted.get(i).replica().equals(sorted.get(i - 1).replica())) {
        throw new IllegalArgumentException(
            "replica " + sorted.get(i).replica() + " occurs twice in one configuration");
      }
    }
    if (sorted.size() > MAX_MEMBERS) {
      throw new IllegalArgumentException("a configuration has at most " + MAX_MEMBERS + " members");
    }
    if (!sorted.isEmpty() && sorted.stream().noneMatch(Member::isVoter)) {
      throw new IllegalArgumentException("a configuration has at least one voter");
    }
    List<Removal> remembered = removals.size() <= MAX_REMOVALS
        ? List.copyOf(removals)
        : List.copyOf(removals.subList(removals.size() - MAX_REMOVALS, removals.size()));
    return new Configuration(sorted, featureLevel, leaseRules, remembered);
  }

  /** The members, sorted by replica id. */
  public List<Member> members() {
    return members;
  }

  /** Which entry types and messages all members are known to understand. */
  public int featureLevel() {
    return featureLevel;
  }

  /** What the group has agreed on leases. */
  public LeaseRules leaseRules() {
    return leaseRules;
  }

  /** Replicas that were members once, in the order of their removal; the latest {@link #MAX_REMOVALS}. */
  public List<Removal> removals() {
    return removals;
  }

  /** The index at which this replica was removed; 0 if it wasn't, as far as is remembered. */
  public long removedAt(ReplicaId replica) {
    for (Removal removal : removals) {
      if (removal.replica().equals(replica)) {
        return removal.index();
      }
    }
    return 0;
  }

  /** The latest removal of a replica on this host; null if there was none, as far as is remembered. */
  public @Nullable Removal removedFrom(HostId host) {
    for (int i = removals.size() - 1; i >= 0; i--) {
      if (removals.get(i).host().equals(host)) {
        return removals.get(i);
      }
    }
    return null;
  }

  /** Whether a change of voters is under way. */
  public boolean isJoint() {
    return joint;
  }

  /** Whether it is the one of a replica that was told nothing yet. */
  public boolean isEmpty() {
    return members.isEmpty();
  }

  /** The member with this replica id, or null. */
  public @Nullable Member member(ReplicaId replica) {
    // By position: this is asked several times for each message, and an iterator is an object.
    for (int i = 0; i < members.size(); i++) {
      Member member = members.get(i);
      if (member.replica().equals(replica)) {
        return member;
      }
    }
    return null;
  }

  /** The members on this host; more than one only while one of them is being replaced. */
  public List<Member> membersOn(HostId host) {
    return members.stream().filter(member -> member.host().equals(host)).toList();
  }

  /** The member that is meant by this host: while its replica is being replaced its voter. Null if none is there. */
  public @Nullable Member principalOn(HostId host) {
    List<Member> there = membersOn(host);
    return there.isEmpty() ? null : principalOf(there);
  }

  /** As above, of some of the members on a host, at least one. If there are several, the others came to take its voter's place. */
  public static Member principalOf(List<Member> there) {
    return there.stream().filter(Member::isVoter).findFirst().orElseGet(() -> there.get(0));
  }

  /** Whether the replica is a member in any role. */
  public boolean contains(ReplicaId replica) {
    return member(replica) != null;
  }

  /** Whether the replica counts in at least one half. */
  public boolean isVoter(ReplicaId replica) {
    Member member = member(replica);
    return member != null && member.isVoterInAnyHalf();
  }

  /** The voters of the incoming half, sorted. */
  public List<ReplicaId> incomingVoters() {
    return replicasWhere(Member::isVoter);
  }

  /** The voters of the outgoing half, sorted; empty unless joint. */
  public List<ReplicaId> outgoingVoters() {
    return replicasWhere(Member::outgoingVoter);
  }

  private List<ReplicaId> replicasWhere(Predicate<Member> condition) {
    return members.stream().filter(condition).map(Member::replica).toList();
  }

  /**
   * The joint configuration that leads from this one to {@code target} (Raft paper 6). If no voter changes there is
   * nothing to agree on jointly, and it is {@code target} itself. What this one remembers of removed replicas is kept,
   * whatever {@code target} says of them.
   *
   * @param index of the entry that it will be; replicas that leave with it were removed there
   * @throws IllegalStateException if this one is already joint
   */
  public Configuration jointTowards(Configuration target, long index) {
    if (joint || target.joint) {
      throw new IllegalStateException("one change of voters at a time");
    }
    boolean votersChange = !incomingVoters().equals(target.incomingVoters());
    List<Member> merged = new ArrayList<>();
    for (Member member : target.members) {
      Member before = member(member.replica());
      merged.add(
          member.withRole(member.role(), votersChange && before != null && before.isVoter()));
    }
    List<Removal> removed = new ArrayList<>(removals);
    for (Member member : members) {
      if (target.contains(member.replica())) {
        continue;
      }
      if (member.isVoter()) {
        merged.add(member.withRole(MemberRole.LEAVING, true));
      } else {
        removed.add(Removal.of(member, index));
      }
    }
    return of(merged, target.featureLevel, target.leaseRules, removed);
  }

  /**
   * What remains of a joint configuration once the joint entry has committed: the incoming half and the learners.
   *
   * @param index of the entry that it will be; the voters that leave with it were removed there
   */
  public Configuration leaveJoint(long index) {
    List<Member> remaining = new ArrayList<>();
    List<Removal> removed = new ArrayList<>(removals);
    for (Member member : members) {
      if (member.role() == MemberRole.LEAVING) {
        removed.add(Removal.of(member, index));
      } else {
        remaining.add(member.withRole(member.role(), false));
      }
    }
    return of(remaining, featureLevel, leaseRules, removed);
  }

  /** This configuration with one more member, or with that member's line replaced. */
  public Configuration with(Member changed) {
    List<Member> next = new ArrayList<>(members);
    next.removeIf(member -> member.replica().equals(changed.replica()));
    next.add(changed);
    return of(next, featureLevel, leaseRules, removals);
  }

  /** This configuration without one member. */
  public Configuration without(ReplicaId replica) {
    List<Member> next = new ArrayList<>(members);
    next.removeIf(member -> member.replica().equals(replica));
    return of(next, featureLevel, leaseRules, removals);
  }

  /** This configuration with other rules for leases. */
  public Configuration withLeaseRules(LeaseRules rules) {
    return of(members, featureLevel, rules, removals);
  }

  /** The host of a replica, if it is a member. */
  public Optional<HostId> hostOf(ReplicaId replica) {
    return Optional.ofNullable(member(replica)).map(Member::host);
  }

  /** The payload of a configuration entry, and the form that snapshots keep. */
  public byte[] encode() {
    List<byte[]> texts = new ArrayList<>();
    int bytes = 4 + 9 + 2;
    for (Member member : members) {
      byte[] host = StoredRecord.utf8(member.host().name());
      byte[] address = StoredRecord.utf8(member.address());
      texts.add(host);
      texts.add(address);
      bytes += 8 + 3 + 4 + 2 + host.length + 2 + address.length;
    }
    List<byte[]> removedHosts = new ArrayList<>();
    for (Removal removal : removals) {
      byte[] host = StoredRecord.utf8(removal.host().name());
      removedHosts.add(host);
      bytes += 8 + 2 + host.length + 1 + 8;
    }
    return StoredRecord.encode(
        RECORD_VERSION,
        out -> {
          out.putShort((short) featureLevel).putShort((short) members.size());
          for (int i = 0; i < members.size(); i++) {
            Member member = members.get(i);
            out.putLong(member.replica().value());
            out.put(member.role().code());
            out.put((byte) (member.outgoingVoter() ? 1 : 0));
            out.put((byte) member.priority());
            out.putInt(member.campaignDelayMillis());
            StoredRecord.putText(out, texts.get(2 * i));
            StoredRecord.putText(out, texts.get(2 * i + 1));
          }
          out.put((byte) (leaseRules.permitted() ? 1 : 0));
          out.putInt(leaseRules.windowMillis()).putInt(leaseRules.maxClockDriftPpm());
          out.putShort((short) removals.size());
          for (int i = 0; i < removals.size(); i++) {
            Removal removal = removals.get(i);
            out.putLong(removal.replica().value());
            StoredRecord.putText(out, removedHosts.get(i));
            out.put((byte) (removal.wasVoter() ? 1 : 0)).putLong(removal.index());
          }
        },
        bytes);
  }

  /**
   * Reads the encoded form.
   *
   * @throws CorruptDataException if the checksum doesn't match or the content contradicts itself
   * @throws UnknownFormatException if a newer version wrote it
   */
  public static Configuration decode(byte[] stored) {
    ByteBuffer in = StoredRecord.decode("configuration", RECORD_VERSION, stored);
    try {
      int featureLevel = in.getShort();
      if (featureLevel > FEATURE_LEVEL) {
        throw new UnknownFormatException("the group has feature level " + featureLevel
            + ", this library knows levels up to " + FEATURE_LEVEL);
      }
      int count = in.getShort();
      List<Member> members = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        ReplicaId replica = new ReplicaId(in.getLong());
        MemberRole role = MemberRole.ofCode(in.get());
        boolean outgoingVoter = in.get() != 0;
        int priority = in.get() & 0xff;
        int campaignDelayMillis = in.getInt();
        HostId host = new HostId(StoredRecord.getText(in));
        String address = StoredRecord.getText(in);
        members.add(
            new Member(replica, host, address, role, outgoingVoter, priority, campaignDelayMillis));
      }
      LeaseRules leaseRules = new LeaseRules(in.get() != 0, in.getInt(), in.getInt());
      List<Removal> removals = new ArrayList<>();
      for (int left = in.getShort(); left > 0; left--) {
        ReplicaId replica = new ReplicaId(in.getLong());
        HostId host = new HostId(StoredRecord.getText(in));
        removals.add(new Removal(replica, host, in.get() != 0, in.getLong()));
      }
      return of(members, featureLevel, leaseRules, removals);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new CorruptDataException(
          "a stored configuration contradicts itself: " + e.getMessage());
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Configuration that
        && members.equals(that.members)
        && featureLevel == that.featureLevel
        && leaseRules.equals(that.leaseRules)
        && removals.equals(that.removals);
  }

  @Override
  public int hashCode() {
    return members.hashCode();
  }

  /** Names the members by host, as an operator knows them: {@code n1 n2 n3 learners=n4 outgoing=n1 n2}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(names(Member::isVoter));
    String learners = names(member -> member.role() == MemberRole.LEARNER);
    if (!learners.isEmpty()) {
      text.append(" learners=").append(learners);
    }
    if (joint) {
      text.append(" outgoing=").append(names(Member::outgoingVoter));
    }
    return "[" + text + "]";
  }

  private String names(Predicate<Member> condition) {
    return members.stream()
        .filter(condition)
        .map(member -> member.host().name())
        .sorted()
        .collect(Collectors.joining(" "));
  }
}
