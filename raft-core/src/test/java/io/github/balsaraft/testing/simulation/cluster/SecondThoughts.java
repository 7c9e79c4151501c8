package io.github.balsaraft.testing.simulation.cluster;

import io.github.balsaraft.api.AbortResult;
import io.github.balsaraft.api.AddOptions;
import io.github.balsaraft.api.ChangeFailedException;
import io.github.balsaraft.api.ChangePreview;
import io.github.balsaraft.api.ChangeResult;
import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.api.MemberOptions;
import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.Mishap;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What an operator does who is not sure: asks what would become of a change before it is made, and calls off one that is under way. The
 * answers have to agree with what becomes of the change.
 */
public final class SecondThoughts {

  private static final double MADE_TOO = 0.6;
  private static final int HIGHEST_PRIORITY = 3;

  private final SimulatedCluster cluster;
  private final Operator operator;
  private final Chance chance;
  private final LeaseRules permitted;

  SecondThoughts(SimulatedCluster cluster, Operator operator, Chance chance, LeaseRules permitted) {
    this.cluster = cluster;
    this.operator = operator;
    this.chance = chance;
    this.permitted = permitted;
  }

  // ------------------------------------------------------------------ previews

  /** Asks what would become of a change, which may make no sense; and often, at the same moment, for that change. */
  public void preview() {
    SimulatedHost.Life leader = cluster.leader();
    List<Member> members = operator.members();
    if (leader == null || members.isEmpty()) {
      return;
    }
    ConfigurationChange change = any(members);
    CompletableFuture<ChangePreview> preview = leader.node().membership().preview(change);
    CompletableFuture<ChangePreview> unused =
        preview.whenComplete(operator.looked((said, failure) -> {
          if (failure == null) {
            checkTarget(change, said);
          }
        }));
    CompletableFuture<ChangeResult> made =
        chance.happens(MADE_TOO) ? make(leader, change, members) : null;
    operator.await("preview of " + change, leader, preview);
    if (made != null) {
      CompletableFuture<ChangeResult> unusedToo = made.whenComplete(operator.looked(
          (result, failure) -> compare(leader.host(), change, answerOf(preview), failure)));
    }
  }

  private ConfigurationChange any(List<Member> members) {
    HostId host = chance.oneOf(cluster.hosts());
    HostId member = chance.oneOf(members).host();
    return switch (chance.below(7)) {
      case 0 ->
        new ConfigurationChange.Add(host, AddOptions.voter().withTimeLimit(Operator.PATIENCE));
      case 1 -> new ConfigurationChange.Remove(host);
      case 2 -> new ConfigurationChange.Replace(member, host, Operator.PATIENCE);
      case 3 -> new ConfigurationChange.Promote(host, Operator.PATIENCE);
      case 4 -> new ConfigurationChange.Demote(host);
      case 5 ->
        new ConfigurationChange.Update(
            host, MemberOptions.NONE.withPriority((int) chance.between(1, HIGHEST_PRIORITY)));
      default ->
        new ConfigurationChange.SetLeases(chance.happens(0.5) ? permitted : LeaseRules.FORBIDDEN);
    };
  }

  /** Null if the group can't bear it. */
  private @Nullable CompletableFuture<ChangeResult> make(
      SimulatedHost.Life leader, ConfigurationChange change, List<Member> members) {
    boolean hasSpareVoters = Operator.voters(members) > Operator.FEWEST_VOTERS;
    if (change instanceof ConfigurationChange.Remove remove) {
      boolean isMember = members.stream().anyMatch(member -> member.host().equals(remove.host()));
      return hasSpareVoters && isMember ? operator.make(leader, change, remove.host(), true) : null;
    } else if (change instanceof ConfigurationChange.Demote demote) {
      return hasSpareVoters ? operator.make(leader, change, demote.host(), false) : null;
    } else if (change instanceof ConfigurationChange.Add
        || change instanceof ConfigurationChange.Replace) {
      // Who comes needs an intact disk, and the other kinds of faults let enough hosts come.
      return null;
    }
    return operator.make(leader, change, null, false);
  }

  private static @Nullable ChangePreview answerOf(CompletableFuture<ChangePreview> preview) {
    return preview.isCompletedExceptionally() ? null : preview.getNow(null);
  }

  private void checkTarget(ConfigurationChange change, ChangePreview said) {
    boolean isMade =
        said.target().map(target -> AnsweredChanges.isMade(change, target)).orElse(true);
    if (said.isAllowed() && !isMade) {
      operator.complain(change + " is not made in what it was said to lead to: " + said);
    }
  }

  /** Both were asked for at the same moment, so that nothing has come in between. */
  private void compare(
      HostId leader,
      ConfigurationChange change,
      @Nullable ChangePreview said,
      @Nullable Throwable failure) {
    if (said == null || !said.notes().isEmpty()) {
      // It waits for its host, and by then things are otherwise; or it is so already.
      return;
    }
    if (failure == null
        || (failure instanceof ChangeFailedException failed
            && failed.end() == ChangeFailedException.End.REFUSED)) {
      cluster.world().observer().onMishap(Mishap.PREVIEW_COMPARED, leader, null);
    }
    if (failure == null && !said.isAllowed()) {
      operator.complain(change + " is done, and was said to be refused: " + said);
    } else if (failure instanceof ChangeFailedException failed
        && failed.end() == ChangeFailedException.End.REFUSED
        && !reasons(failed.refusals()).equals(reasons(said.refusals()))) {
      operator.complain(
          change + " is refused, and something else was said: " + said + "; " + failed);
    }
  }

  private static List<ChangeRefusal.Reason> reasons(List<ChangeRefusal> refusals) {
    return refusals.stream().map(ChangeRefusal::reason).toList();
  }

  // ------------------------------------------------------------------ calling off

  /** Lets a host join, and calls that off after so long. */
  public void addAndCallOff(long afterNanos) {
    SimulatedHost.Life leader = cluster.leader();
    List<HostId> outsiders = operator.outsiders();
    if (leader == null || outsiders.isEmpty()) {
      return;
    }
    HostId host = chance.oneOf(outsiders);
    if (!operator.startWithIntactDisk(host)) {
      return;
    }
    AddOptions options = chance.happens(0.7) ? AddOptions.voter() : AddOptions.learner();
    CompletableFuture<ChangeResult> added = operator.make(
        leader,
        new ConfigurationChange.Add(host, options.withTimeLimit(Operator.PATIENCE)),
        null,
        false);
    if (added != null) {
      int life = lifeOf(host);
      cluster.world().time().in(afterNanos, () -> callOff(leader, host, life, added));
    }
  }

  private int lifeOf(HostId host) {
    SimulatedHost.Life life = cluster.world().host(host).life();
    return life == null ? 0 : life.number();
  }

  private void callOff(
      SimulatedHost.Life leader, HostId host, int life, CompletableFuture<ChangeResult> added) {
    if (leader.isDead()) {
      return;
    }
    // Else nobody knows which of them was called off. A host that has lost its disk is let in
    // without being asked for.
    boolean isOnlyOne = !added.isDone() && operator.changesUnderWay(leader, host) == 1;
    CompletableFuture<AbortResult> answer = leader.node().membership().abort(host);
    operator.await("abort of " + host, leader, answer);
    CompletableFuture<AbortResult> unused = answer.whenComplete(operator.looked((said, failure) -> {
      if (said == AbortResult.CALLED_OFF) {
        cluster.world().observer().onMishap(Mishap.CHANGE_CALLED_OFF, host, null);
      }
      if (failure == null && isOnlyOne && life == lifeOf(host)) {
        // It may have ended before the answer to this came, or end later.
        CompletableFuture<ChangeResult> unusedToo =
            added.whenComplete(operator.looked((result, end) -> compare(host, said, end)));
      }
    }));
  }

  private void compare(HostId host, AbortResult said, @Nullable Throwable failure) {
    boolean isAborted = failure instanceof ChangeFailedException failed
        && failed.end() == ChangeFailedException.End.ABORTED;
    if (said == AbortResult.CALLED_OFF && failure == null) {
      operator.complain(host + " was added after that was called off");
    } else if (said == AbortResult.TOO_LATE && isAborted) {
      operator.complain(host + " was not added, and it was too late to call that off: " + failure);
    } else if (said == AbortResult.CALLED_OFF && isAborted) {
      // As the answer says: the replica never comes back, so its folder is emptied.
      cluster.world().time().in(0, () -> operator.hasLeft(host));
    }
  }
}
