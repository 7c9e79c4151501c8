package io.github.balsaraft.api;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import io.github.balsaraft.model.ReplicaId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A look at the members of a group.
 *
 * @param leads whether it is the leader's: only that knows how far the others are
 * @param leader who leads, if known
 * @param configuration the latest in the log of this member, committed or not
 * @param configurationIndex where that is
 * @param committed whether that is known to be committed
 * @param members the members, by host
 * @param additions those on their way in, or to another role; empty unless it is the leader's
 * @param pending hosts that ask to be let in and aren't members, as far as they have asked this member
 */
public record MembershipView(
    boolean leads,
    Optional<HostId> leader,
    Configuration configuration,
    long configurationIndex,
    boolean committed,
    List<MemberView> members,
    List<AdditionView> additions,
    List<PendingHost> pending) {

  public MembershipView {
    members = List.copyOf(members);
    additions = List.copyOf(additions);
    pending = List.copyOf(pending);
  }

  /** Whether no change is being committed. */
  public boolean isSettled() {
    return committed && !configuration.isJoint();
  }

  /**
   * One member.
   *
   * @param member its line in the configuration
   * @param leads whether it leads
   * @param matchIndex the highest index known to be durable there; empty unless the leader looks
   * @param lagEntries how many entries of the leader's log it has not got; empty unless the leader looks
   * @param live whether it was heard of within an election timeout; empty where that isn't known
   * @param sinceContact how long ago it last answered; empty if never, or where that isn't known
   */
  public record MemberView(
      Member member,
      boolean leads,
      OptionalLong matchIndex,
      OptionalLong lagEntries,
      Optional<Boolean> live,
      Optional<Duration> sinceContact) {}

  /**
   * A host on its way in, or a member on its way to another role.
   *
   * @param role what it should be in the end
   * @param phase what is awaited
   * @param round of catching up, from 1; 0 before
   * @param matchIndex the highest index known to be durable there
   * @param missingEntries how many entries of the leader's log it has not got
   * @param detail for an operator
   */
  public record AdditionView(
      HostId host,
      MemberRole role,
      Phase phase,
      int round,
      long matchIndex,
      long missingEntries,
      String detail) {

    /** What is awaited. */
    public enum Phase {
      /** That its replica asks to be let in. */
      AWAITING_HOST,
      /** That another change is committed, then the one that makes it a learner; or the detail says what holds it up. */
      WAITING,
      /** That it catches up; once it has, the detail says what holds its role up, if anything does. */
      CATCHING_UP,
      /** That the change which gives it its role is committed. */
      TAKING_ROLE,
      /** That it is out again. */
      ABORTING
    }
  }

  /**
   * A host that asks to be let in.
   *
   * @param replica its new replica
   * @param address where it listens
   * @param sinceAsked how long ago it last asked
   */
  public record PendingHost(HostId host, ReplicaId replica, String address, Duration sinceAsked) {}
}
