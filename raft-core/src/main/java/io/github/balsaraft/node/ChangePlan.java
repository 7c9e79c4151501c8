package io.github.balsaraft.node;

import io.github.balsaraft.api.AddOptions;
import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.api.MemberOptions;
import io.github.balsaraft.core.membership.AdditionStatus;
import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.model.ChangeRefusal.Reason;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import io.github.balsaraft.model.Removal;
import io.github.balsaraft.model.ReplicaId;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What is to be done for an operator's change, who speaks of hosts: the core's change of replicas, or why there is none. */
sealed interface ChangePlan {

  /** The core does it. */
  record Propose(MembershipChange change) implements ChangePlan {}

  /** It is so already. */
  record Done() implements ChangePlan {}

  /**
   * The new host has to ask to be let in first.
   *
   * @param host which
   * @param timeLimit how long that may take, with everything behind it
   */
  record AwaitHost(HostId host, Duration timeLimit) implements ChangePlan {}

  /** It can't be done. */
  record Refuse(ChangeRefusal refusal) implements ChangePlan {}

  /**
   * Plans a change.
   *
   * @param current the configuration in force
   * @param index where that is
   * @param additions what is under way of members that are added
   * @param guests who asks to be let in
   * @param timeLimitNanos the change's own time limit, if it has one
   */
  static ChangePlan of(
      ConfigurationChange change,
      Configuration current,
      long index,
      List<AdditionStatus> additions,
      Guests guests,
      long timeLimitNanos) {
    // What it becomes without anybody doing anything.
    Configuration base = current.isJoint() ? current.leaveJoint(index + 1) : current;
    try {
      return new Planner(base, index, additions, guests, timeLimitNanos).plan(change);
    } catch (IllegalArgumentException e) {
      return refuse(Reason.IMPOSSIBLE, String.valueOf(e.getMessage()));
    }
  }

  private static ChangePlan refuse(Reason reason, String detail) {
    return new Refuse(new ChangeRefusal(reason, detail));
  }

  /** Plans from one configuration. */
  record Planner(
      Configuration base,
      long index,
      List<AdditionStatus> additions,
      Guests guests,
      long timeLimitNanos) {

    ChangePlan plan(ConfigurationChange change) {
      if (change instanceof ConfigurationChange.Add add) {
        return add(add.host(), add.options());
      } else if (change instanceof ConfigurationChange.Promote promote) {
        return promote(promote.host());
      } else if (change instanceof ConfigurationChange.Demote demote) {
        return demote(demote.host());
      } else if (change instanceof ConfigurationChange.Remove remove) {
        return remove(remove.host());
      } else if (change instanceof ConfigurationChange.Replace replace) {
        return replace(replace);
      } else if (change instanceof ConfigurationChange.Update update) {
        return update(update.host(), update.options());
      } else if (change instanceof ConfigurationChange.SetLeases leases) {
        return reconfigure(base.withLeaseRules(leases.rules()));
      }
      throw new IllegalStateException("no plan for " + change);
    }

    private ChangePlan add(HostId host, AddOptions options) {
      List<Member> there = base.membersOn(host);
      if (there.isEmpty()) {
        Guests.Guest guest = guests.asking(host);
        ReplicaId replica = guest == null ? null : guest.replica();
        if (guest == null || replica == null) {
          return new AwaitHost(host, options.timeLimit());
        }
        Member wanted = wanted(replica, host, guest.address(), options);
        return propose(new MembershipChange.Add(wanted, List.of(), timeLimitNanos));
      }
      Member member = Configuration.principalOf(there);
      Member wanted = wanted(member.replica(), host, member.address(), options);
      if (member.equals(wanted)) {
        return new Done();
      }
      if (member.isVoter() && !wanted.isVoter()) {
        return refuse(
            Reason.IMPOSSIBLE, host + " is a voter already; to make it a learner, demote it");
      }
      if (member.role() == wanted.role()) {
        return refuse(
            Reason.IMPOSSIBLE,
            host + " is a " + (member.isVoter() ? "voter" : "learner") + " already, with priority "
                + member.priority() + " and a campaign delay of " + member.campaignDelayMillis()
                + " ms; to change these, update it");
      }
      return propose(new MembershipChange.Add(wanted, List.of(), timeLimitNanos));
    }

    private static Member wanted(
        ReplicaId replica, HostId host, String address, AddOptions options) {
      int delayMillis = Math.toIntExact(options.campaignDelay().toMillis());
      return new Member(
          replica, host, address, options.role(), false, options.priority(), delayMillis);
    }

    private ChangePlan promote(HostId host) {
      List<Member> there = base.membersOn(host);
      if (there.isEmpty()) {
        return unknown(host);
      }
      Member member = Configuration.principalOf(there);
      if (member.isVoter()) {
        return new Done();
      }
      return propose(new MembershipChange.Add(
          member.withRole(MemberRole.VOTER, false), List.of(), timeLimitNanos));
    }

    private ChangePlan demote(HostId host) {
      return changeEach(host, member -> member.withRole(MemberRole.LEARNER, false));
    }

    private ChangePlan remove(HostId host) {
      List<Member> there = base.membersOn(host);
      if (there.isEmpty()) {
        return base.removedFrom(host) == null ? unknown(host) : new Done();
      }
      if (there.size() == 1) {
        return propose(new MembershipChange.Remove(there.get(0).replica()));
      }
      Configuration target = base;
      for (Member member : there) {
        target = target.without(member.replica());
      }
      return reconfigure(target);
    }

    private ChangePlan replace(ConfigurationChange.Replace change) {
      HostId host = change.replacement();
      List<Member> leaving = base.membersOn(change.old());
      List<Member> there = base.membersOn(host);
      if (host.equals(change.old())) {
        return refuse(
            Reason.IMPOSSIBLE,
            "a host can't take its own place; if its disk is lost, start it with an empty folder");
      }
      if (leaving.isEmpty()) {
        return hasTakenPlace(host, change.old()) ? new Done() : unknown(change.old());
      }
      if (additions.stream().anyMatch(addition -> addition.wanted().host().equals(change.old()))) {
        // Its new replica would stay when the earlier one is gone.
        return refuse(
            Reason.CHANGE_UNDER_WAY,
            change.old()
                + " is being added or let in again; ask again once that is done, or call it off");
      }
      ReplicaId replica;
      String address;
      if (there.isEmpty()) {
        Guests.Guest guest = guests.asking(host);
        replica = guest == null ? null : guest.replica();
        if (guest == null || replica == null) {
          return new AwaitHost(host, change.timeLimit());
        }
        address = guest.address();
      } else if (Configuration.principalOf(there).isVoter()) {
        return refuse(
            Reason.IMPOSSIBLE,
            host + " is a voter already; to be without " + change.old() + ", remove it");
      } else {
        replica = Configuration.principalOf(there).replica();
        address = Configuration.principalOf(there).address();
      }
      Member old = Configuration.principalOf(leaving);
      Member wanted = old.replacedBy(replica, host, address);
      List<ReplicaId> replaces = leaving.stream().map(Member::replica).toList();
      return propose(new MembershipChange.Add(wanted, replaces, timeLimitNanos));
    }

    /** Whether it is as it should be after such a change: the old one gone, and what it was the new one is. */
    private boolean hasTakenPlace(HostId host, HostId old) {
      Removal removal = base.removedFrom(old);
      List<Member> there = base.membersOn(host);
      return removal != null
          && !there.isEmpty()
          && (Configuration.principalOf(there).isVoter() || !removal.wasVoter());
    }

    private ChangePlan update(HostId host, MemberOptions options) {
      return changeEach(
          host,
          member -> member
              .withPriority(options.priority().orElse(member.priority()))
              .withCampaignDelayMillis(options
                  .campaignDelay()
                  .map(delay -> Math.toIntExact(delay.toMillis()))
                  .orElse(member.campaignDelayMillis()))
              .withAddress(options.address().orElse(member.address())));
    }

    private ChangePlan changeEach(HostId host, UnaryOperator<Member> change) {
      List<Member> there = base.membersOn(host);
      if (there.isEmpty()) {
        return unknown(host);
      }
      ChangePlan refused = refuseWhileAdded(host, there);
      if (refused != null) {
        return refused;
      }
      Configuration target = base;
      for (Member member : there) {
        target = target.with(change.apply(member));
      }
      return reconfigure(target);
    }

    /** An addition makes its member what was asked for when it began, whatever that has become since: the change would be undone. */
    private @Nullable ChangePlan refuseWhileAdded(HostId host, List<Member> there) {
      for (AdditionStatus addition : additions) {
        HostId added = addition.wanted().host();
        if (added.equals(host)
            || there.stream().map(Member::replica).anyMatch(addition.replaces()::contains)) {
          return refuse(
              Reason.CHANGE_UNDER_WAY,
              host
                  + (added.equals(host)
                      ? " is being added, promoted or let in again"
                      : " is being replaced by " + added)
                  + "; ask again once that is done, or call it off");
        }
      }
      return null;
    }

    private ChangePlan reconfigure(Configuration target) {
      return target.equals(base)
          ? new Done()
          : propose(new MembershipChange.Reconfigure(target, index));
    }

    private static ChangePlan propose(MembershipChange change) {
      return new Propose(change);
    }

    private ChangePlan unknown(HostId host) {
      List<String> members = base.members().stream()
          .map(member -> member.host().name())
          .distinct()
          .sorted()
          .toList();
      Removal removal = base.removedFrom(host);
      return refuse(
          Reason.UNKNOWN_MEMBER,
          host + (removal == null ? " isn't a member" : " was removed at index " + removal.index())
              + "; members are " + Wording.list(members));
    }
  }
}
