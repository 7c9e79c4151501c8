package io.github.balsaraft.testing.simulation.cluster;

import io.github.balsaraft.api.AddOptions;
import io.github.balsaraft.api.ChangeResult;
import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.api.MemberOptions;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.RaftException;
import io.github.balsaraft.api.TransferFailedException;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.TimeoutNow;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.model.trace.TraceState;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.Mishap;
import io.github.balsaraft.testing.simulation.world.Observer;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Changes the members of a running group and hands leadership over, as an operator does it: asks the leader, takes the answer, and
 * empties the folder of whoever was removed.
 */
public final class Operator implements Observer {

  /** Fewer voters than that leave nothing to break. */
  static final int FEWEST_VOTERS = 3;

  /** No longer than a leader takes to commit its first entry, on a disk that is not slow. */
  private static final long GREETING_NANOS = VirtualTime.MILLIS;

  /** Half of the shortest election timeout: the others are likely to be first. */
  private static final int MOST_DELAY_MILLIS = 500;

  static final Duration PATIENCE = Duration.ofSeconds(15);

  private final SimulatedCluster cluster;
  private final Chance chance;
  private final LeaseRules leases;
  private final List<OperatorRequest> open = new ArrayList<>();
  private final AnsweredChanges answers = new AnsweredChanges();
  private final AnsweredTransfers transfers = new AnsweredTransfers();
  private final SecondThoughts thoughts;
  private final MemberLooks looks;
  private boolean eager;
  private int asked;
  private int done;
  private @Nullable String problem;

  /**
   * An operator of a cluster that was founded.
   *
   * @param seed what it draws from
   * @param leases the rules by which leases are permitted
   */
  public Operator(SimulatedCluster cluster, long seed, LeaseRules leases) {
    this.cluster = cluster;
    this.chance = Chance.of(seed, "operator");
    this.leases = leases;
    this.thoughts = new SecondThoughts(cluster, this, Chance.of(seed, "second thoughts"), leases);
    this.looks = new MemberLooks(cluster, this, Chance.of(seed, "member looks"));
    cluster.view().onNewLeader(this::greet);
  }

  /** Whether new leaders are asked for changes at once, before they have committed anything. */
  public void eager(boolean isEager) {
    eager = isEager;
  }

  /** Whether new leaders are asked for changes at once. */
  public boolean isEager() {
    return eager;
  }

  private void greet(HostId newLeader) {
    if (eager) {
      cluster.world().observer().onMishap(Mishap.LEADER_ASKED_EARLY, newLeader, null);
      for (int i = 0; i < 2; i++) {
        cluster.world().time().in(chance.between(0, GREETING_NANOS), this::changeSomething);
      }
    }
  }

  /** Asks for any change. */
  public void changeSomething() {
    switch (chance.below(6)) {
      case 0 -> add();
      case 1 -> remove();
      case 2 -> replace();
      case 3 -> promoteOrDemote();
      case 4 -> update();
      default -> setLeases();
    }
  }

  /** How many changes and transfers were asked for. */
  public int asked() {
    return asked;
  }

  /** How many of them came to what was wanted. */
  public int done() {
    return done;
  }

  /** Requests that nobody has answered, for people. */
  public List<String> waiting() {
    return open.stream().map(OperatorRequest::toString).toList();
  }

  /** An answer that no operator should get; null if there was none. */
  public @Nullable String problem() {
    return problem;
  }

  /** Who belongs to the group by the newest configuration that is committed. */
  List<Member> members() {
    Configuration configuration = cluster.view().committed();
    return configuration == null ? List.of() : configuration.members();
  }

  private List<HostId> hostsOf(List<Member> members) {
    return members.stream().map(Member::host).distinct().toList();
  }

  List<HostId> outsiders() {
    List<HostId> members = hostsOf(members());
    return cluster.hosts().stream()
        .filter(host -> !members.contains(host) && !cluster.isBarred(host))
        .toList();
  }

  /** Lets a host join. */
  public void add() {
    List<HostId> outsiders = outsiders();
    if (!outsiders.isEmpty()) {
      HostId host = chance.oneOf(outsiders);
      AddOptions options = chance.happens(0.7) ? AddOptions.voter() : AddOptions.learner();
      if (!startWithIntactDisk(host)) {
        return;
      }
      change(new ConfigurationChange.Add(
          host, options.withTimeLimit(PATIENCE).withPriority((int) chance.between(0, 3))));
    }
  }

  /** Removes a member, the leader too. */
  public void remove() {
    List<Member> members = members();
    if (voters(members) > FEWEST_VOTERS) {
      HostId host = chance.oneOf(members).host();
      takeAway(host, new ConfigurationChange.Remove(host), true);
    }
  }

  /** What was damaged as a member, and is outside now, would be one loss more when it is a member again. */
  boolean startWithIntactDisk(HostId outsider) {
    if (cluster.budget().isDestroyed(outsider) && !cluster.replaceDisk(outsider)) {
      return false;
    }
    cluster.start(outsider);
    return true;
  }

  static long voters(List<Member> members) {
    return members.stream().filter(Member::isVoter).count();
  }

  /** Puts a new host in the place of a member. */
  public void replace() {
    List<Member> members = members();
    List<HostId> outsiders = outsiders();
    if (!members.isEmpty() && !outsiders.isEmpty()) {
      HostId old = chance.oneOf(members).host();
      HostId replacement = chance.oneOf(outsiders);
      if (!startWithIntactDisk(replacement)) {
        return;
      }
      takeAway(old, new ConfigurationChange.Replace(old, replacement, PATIENCE), true);
    }
  }

  /** Makes a learner a voter, or a voter a learner. */
  public void promoteOrDemote() {
    List<Member> members = members();
    List<Member> learners = members.stream().filter(member -> !member.isVoter()).toList();
    if (!learners.isEmpty()) {
      change(new ConfigurationChange.Promote(chance.oneOf(learners).host(), PATIENCE));
    } else if (voters(members) > FEWEST_VOTERS) {
      HostId host = chance.oneOf(members).host();
      takeAway(host, new ConfigurationChange.Demote(host), false);
    }
  }

  /** Gives a member another priority, and sometimes another delay. */
  public void update() {
    List<Member> members = members();
    if (!members.isEmpty()) {
      HostId host = chance.oneOf(members).host();
      int priority = (int) chance.between(0, 3);
      MemberOptions options = MemberOptions.NONE.withPriority(priority);
      if (chance.happens(0.5)) {
        options =
            options.withCampaignDelay(Duration.ofMillis(chance.between(0, MOST_DELAY_MILLIS)));
      }
      ConfigurationChange change = new ConfigurationChange.Update(host, options);
      if (priority == 0) {
        takeAway(host, change, false);
      } else {
        change(change);
      }
    }
  }

  /** Permits leases, or forbids them. */
  public void setLeases() {
    change(new ConfigurationChange.SetLeases(chance.happens(0.7) ? leases : LeaseRules.FORBIDDEN));
  }

  /** What it does when it is not sure. */
  public SecondThoughts secondThoughts() {
    return thoughts;
  }

  /** Hands leadership over. */
  public void transfer() {
    SimulatedHost.Life leader = cluster.leader();
    List<Member> members = members();
    if (leader != null && !members.isEmpty()) {
      transfer(leader, chance.happens(0.3) ? null : chance.oneOf(members).host());
    }
  }

  /** Hands leadership over to this member. */
  public void transferTo(HostId target) {
    SimulatedHost.Life leader = cluster.leader();
    if (leader != null) {
      transfer(leader, target);
    }
  }

  private void transfer(SimulatedHost.Life leader, @Nullable HostId target) {
    ClusterView.Replica replica = Objects.requireNonNull(cluster.view().replicaOn(leader.host()));
    AnsweredTransfers.Transfer asked =
        transfers.asked(leader.host(), leader.number(), replica.state().term(), target);
    OperatorRequest request =
        new OperatorRequest("transfer to " + target, leader, null, null, false);
    request.transfer = asked;
    CompletableFuture<HostId> answer = leader.node().transferLeadership(target);
    CompletableFuture<HostId> unused = answer.whenComplete(looked((named, failure) -> {
      String untrue = null;
      if (failure == null) {
        cluster.world().observer().onMishap(Mishap.HANDOVER_DONE, leader.host(), null);
        untrue = transfers.done(asked, named);
      } else if (failure instanceof TransferFailedException failed) {
        untrue = transfers.failed(asked, failed);
      }
      if (untrue != null) {
        complain(untrue);
      }
    }));
    await(request, answer);
    looks.look();
  }

  private void change(ConfigurationChange change) {
    takeAway(null, change, false);
  }

  private void takeAway(@Nullable HostId host, ConfigurationChange change, boolean leaves) {
    SimulatedHost.Life leader = cluster.leader();
    if (leader != null) {
      CompletableFuture<ChangeResult> unused = make(leader, change, host, leaves);
    }
  }

  /** Asks for a change, unless a host loses its vote by it and the group can't bear that: then null. */
  @Nullable
  CompletableFuture<ChangeResult> make(
      SimulatedHost.Life leader,
      ConfigurationChange change,
      @Nullable HostId loser,
      boolean leaves) {
    if (loser != null && !cluster.budget().mayLeave(loser)) {
      return null;
    }
    OperatorRequest request = new OperatorRequest(change.toString(), leader, change, loser, leaves);
    answers.asked(change, cluster.view().commitIndex());
    CompletableFuture<ChangeResult> answer = leader.node().membership().change(change);
    CompletableFuture<ChangeResult> unused = answer.whenComplete(looked((result, failure) -> {
      if (failure == null) {
        isDone(leader.host(), change, result);
      } else {
        answers.failed(change, failure, cluster.view().commitIndex());
      }
    }));
    await(request, answer);
    looks.look();
    return answer;
  }

  /** How many changes that name this host wait for an answer of this process. */
  long changesUnderWay(SimulatedHost.Life at, HostId host) {
    return open.stream()
        .filter(request -> request.isAt(at.host(), at.number())
            && request.change != null
            && AnsweredChanges.hosts(request.change).contains(host))
        .count();
  }

  /** Something was asked that changes nothing by itself. */
  void await(String what, SimulatedHost.Life at, CompletableFuture<?> answer) {
    await(new OperatorRequest(what, at, null, null, false), answer);
  }

  private void isDone(HostId leader, ConfigurationChange change, ChangeResult result) {
    cluster.world().observer().onMishap(doneAs(change), leader, null);
    answers.done(change, result);
    if (result.index() > cluster.view().commitIndex()) {
      complain(change + " was called done at index " + result.index()
          + ", and nobody knows so much to be committed");
    }
  }

  private static Mishap doneAs(ConfigurationChange change) {
    if (change instanceof ConfigurationChange.Add) {
      return Mishap.ADDITION_DONE;
    } else if (change instanceof ConfigurationChange.Remove) {
      return Mishap.REMOVAL_DONE;
    } else if (change instanceof ConfigurationChange.Replace) {
      return Mishap.REPLACEMENT_DONE;
    } else if (change instanceof ConfigurationChange.Promote) {
      return Mishap.PROMOTION_DONE;
    } else if (change instanceof ConfigurationChange.Demote) {
      return Mishap.DEMOTION_DONE;
    } else if (change instanceof ConfigurationChange.Update) {
      return Mishap.UPDATE_DONE;
    } else if (change instanceof ConfigurationChange.SetLeases) {
      return Mishap.LEASE_RULES_DONE;
    }
    throw new IllegalArgumentException("a change of an unknown kind: " + change);
  }

  /** An answer that was not true, by what was committed in the end; null if there was none. */
  public @Nullable String untrueAnswer() {
    return answers.findUntrue(cluster.view().everCommitted());
  }

  private void await(OperatorRequest request, CompletableFuture<?> answer) {
    asked++;
    cluster.world().observer().onFault("operator: " + request);
    open.add(request);
    CompletableFuture<?> unused = answer.whenComplete(looked((result, failure) -> {
      if (!open.remove(request)) {
        complain("an answer came to " + request + " that nobody waited for");
        return;
      }
      over(request);
      if (failure == null) {
        done++;
        if (request.leaves) {
          cluster.world().time().in(0, () -> hasLeft(request.loser));
        }
      } else if (!(failure instanceof RaftException)) {
        complain(request + " was answered with " + failure);
      }
    }));
  }

  /** A future keeps what its callbacks throw to itself. */
  <T> BiConsumer<T, Throwable> looked(BiConsumer<T, Throwable> callback) {
    return (result, failure) -> {
      try {
        callback.accept(result, failure);
      } catch (RuntimeException | Error e) {
        complain("an answer could not be looked at: " + e);
      }
    };
  }

  private void over(OperatorRequest request) {
    if (request.transfer != null) {
      transfers.forgotten(request.transfer);
    }
    if (request.loser != null) {
      cluster.budget().stays(request.loser);
    }
  }

  /** It may have been let in again meanwhile. */
  void hasLeft(HostId host) {
    boolean belongs = cluster.view().possible().stream()
        .anyMatch(configuration -> hostsOf(configuration.members()).contains(host));
    if (!belongs) {
      cluster.hasLeft(host);
    }
  }

  void complain(String what) {
    if (problem == null) {
      problem = what;
    }
  }

  /**
   * A process says that its replica was removed, and its host still belongs to the group by another: that one is on no disk any more, and
   * whoever reads this empties the folder, as the log line says.
   */
  @Override
  public void onStatus(HostId host, int life, NodeStatus status) {
    Configuration committed = cluster.view().committed();
    if (status.removedAt() > 0
        && committed != null
        && !committed.isJoint()
        && !committed.membersOn(host).isEmpty()
        && !committed.contains(status.replica())) {
      cluster.world().time().in(0, () -> {
        SimulatedHost machine = cluster.world().host(host);
        if (machine.life() != null
            && machine.life().number() == life
            && cluster.replaceDisk(host)) {
          cluster.start(host);
        }
      });
    }
  }

  @Override
  public boolean wantsSteps() {
    return false;
  }

  @Override
  public void onStep(HostId host, int life, TraceEvent step) {
    TraceState state = step.header().state();
    if (state.role() == Role.LEADER) {
      transfers.leads(host, state.term());
    }
    if (step instanceof TraceEvent.TransferBegun begun) {
      transfers.begun(host, life, state.term(), begun.transfer());
    }
  }

  @Override
  public void onSent(HostId from, HostId to, GroupMessage message, long number) {
    if (message.message() instanceof TimeoutNow now) {
      transfers.told(from, to, now.term(), now.transfer());
    }
  }

  @Override
  public void onStopped(HostId host, int life) {
    List<String> forgotten = waitingAt(host, life);
    if (!forgotten.isEmpty()) {
      complain(host + " has stopped, and never answers " + forgotten);
    }
  }

  /** What waits for an answer of this process, for people. */
  public List<String> waitingAt(HostId host, int life) {
    return open.stream()
        .filter(request -> request.isAt(host, life))
        .map(OperatorRequest::toString)
        .toList();
  }

  @Override
  public void onEnd(HostId host, int life, String how) {
    for (OperatorRequest request : List.copyOf(open)) {
      if (request.isAt(host, life)) {
        open.remove(request);
        over(request);
      }
    }
  }
}
