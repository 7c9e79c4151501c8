package io.github.balsaraft.node;

import io.github.balsaraft.api.MembershipView;
import io.github.balsaraft.api.MembershipView.AdditionView;
import io.github.balsaraft.api.MembershipView.MemberView;
import io.github.balsaraft.api.MembershipView.PendingHost;
import io.github.balsaraft.core.CoreView;
import io.github.balsaraft.core.FollowerView;
import io.github.balsaraft.core.membership.AdditionStatus;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Puts together what a replica knows of the members. */
final class MembershipReport {

  private MembershipReport() {}

  /**
   * A look.
   *
   * @param core null before birth
   * @param liveForNanos who was heard of so lately is live
   */
  static MembershipView of(
      @Nullable CoreView core,
      ReplicaId self,
      MembershipFlow flow,
      Guests guests,
      long liveForNanos,
      long nowNanos) {
    List<PendingHost> pending = guests.asking().stream()
        .map(guest -> new PendingHost(
            guest.host(),
            Objects.requireNonNull(guest.replica()),
            guest.address(),
            since(guest.heardNanos(), nowNanos)))
        .toList();
    if (core == null) {
      return new MembershipView(
          false, Optional.empty(), Configuration.EMPTY, 0, false, List.of(), List.of(), pending);
    }
    Configuration configuration = core.configuration();
    ReplicaId leader = core.leader();
    List<MemberView> members = new ArrayList<>();
    for (Member member : configuration.members()) {
      members.add(view(core, member, self, liveForNanos, nowNanos));
    }
    members.sort(Comparator.comparing((MemberView view) -> view.member().host())
        .thenComparing(view -> view.member().replica()));
    List<AdditionView> additions = new ArrayList<>(flow.waitingAdditions(configuration));
    core.additions().forEach(addition -> additions.add(view(addition)));
    return new MembershipView(
        core.currentRole() == Role.LEADER,
        leader == null ? Optional.empty() : configuration.hostOf(leader),
        configuration,
        core.configurationIndex(),
        core.configurationIndex() <= core.commitIndex(),
        members,
        additions,
        pending);
  }

  private static MemberView view(
      CoreView core, Member member, ReplicaId self, long liveForNanos, long nowNanos) {
    boolean leads = member.replica().equals(core.leader());
    if (core.currentRole() != Role.LEADER) {
      return new MemberView(
          member,
          leads,
          OptionalLong.empty(),
          OptionalLong.empty(),
          Optional.empty(),
          Optional.empty());
    }
    long last = core.lastEntry().index();
    if (member.replica().equals(self)) {
      return new MemberView(
          member,
          true,
          OptionalLong.of(core.durableIndex()),
          OptionalLong.of(last - core.durableIndex()),
          Optional.of(true),
          Optional.of(Duration.ZERO));
    }
    FollowerView follower = core.follower(member.replica());
    if (follower == null) {
      return new MemberView(
          member,
          leads,
          OptionalLong.of(0),
          OptionalLong.of(last),
          Optional.of(false),
          Optional.empty());
    }
    Optional<Duration> contact = follower.everContacted()
        ? Optional.of(since(follower.lastContactNanos(), nowNanos))
        : Optional.empty();
    boolean live = follower.isLive(nowNanos, liveForNanos);
    return new MemberView(
        member,
        leads,
        OptionalLong.of(follower.match()),
        OptionalLong.of(last - follower.match()),
        Optional.of(live),
        contact);
  }

  private static AdditionView view(AdditionStatus addition) {
    AdditionView.Phase phase = switch (addition.phase()) {
      case WAITING -> AdditionView.Phase.WAITING;
      case CATCHING_UP -> AdditionView.Phase.CATCHING_UP;
      case TAKING_ROLE -> AdditionView.Phase.TAKING_ROLE;
      case ABORTING -> AdditionView.Phase.ABORTING;
    };
    return new AdditionView(
        addition.wanted().host(),
        addition.wanted().role(),
        phase,
        addition.round(),
        addition.match(),
        addition.missingEntries(),
        addition.detail());
  }

  private static Duration since(long thenNanos, long nowNanos) {
    return Duration.ofNanos(Math.max(0, nowNanos - thenNanos));
  }
}
