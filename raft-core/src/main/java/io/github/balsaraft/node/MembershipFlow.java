package io.github.balsaraft.node;

import io.github.balsaraft.api.AbortResult;
import io.github.balsaraft.api.AddOptions;
import io.github.balsaraft.api.ChangeFailedException;
import io.github.balsaraft.api.ChangePreview;
import io.github.balsaraft.api.ChangeResult;
import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.api.MembershipView.AdditionView;
import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.core.CoreView;
import io.github.balsaraft.core.RaftCore;
import io.github.balsaraft.core.Ready;
import io.github.balsaraft.core.membership.AdditionStatus;
import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import io.github.balsaraft.model.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * The way of an operator's changes through a replica: turned from hosts to replicas, held until a new host has asked to be let
 * in, handed to the core, and told how they ended. Each ends exactly once. Used by the mailbox's thread only.
 */
final class MembershipFlow {

  /** So many wait or are under way; an operator has one. */
  static final int MAX_CHANGES = 256;

  private final ApplyPipeline pipeline;
  private final Guests guests;
  private final ChangeLog log;
  private final List<Waiting> waiting = new ArrayList<>();
  private final Map<Long, CompletableFuture<ChangeResult>> underWay = new TreeMap<>();
  private long lastChangeId;

  MembershipFlow(ApplyPipeline pipeline, Guests guests, ChangeLog log) {
    this.pipeline = pipeline;
    this.guests = guests;
    this.log = log;
  }

  /** A change that waits until its host asks to be let in. */
  private record Waiting(
      ConfigurationChange change,
      CompletableFuture<ChangeResult> answer,
      Duration timeLimit,
      long deadlineNanos) {

    HostId host() {
      if (change instanceof ConfigurationChange.Add add) {
        return add.host();
      } else if (change instanceof ConfigurationChange.Replace replace) {
        return replace.replacement();
      }
      throw new IllegalStateException("waits for no host: " + change);
    }

    /** Who takes a place becomes what was there. */
    MemberRole wantedRole(Configuration configuration) {
      if (change instanceof ConfigurationChange.Add add) {
        return add.options().role();
      }
      Member old = change instanceof ConfigurationChange.Replace replace
          ? configuration.principalOn(replace.old())
          : null;
      return old == null || old.isVoterInAnyHalf() ? MemberRole.VOTER : old.role();
    }
  }

  /** Begins a change that lets a host's new replica in, in place of its earlier one; no caller waits for it. */
  void begin(RaftCore core, HostId returning, MembershipChange change) {
    long id = ++lastChangeId;
    log.begins(id, returning);
    core.changeConfiguration(id, change);
  }

  // ------------------------------------------------------------------ requests

  void change(
      RaftCore core,
      ConfigurationChange change,
      CompletableFuture<ChangeResult> answer,
      long nowNanos) {
    if (core.view().currentRole() != Role.LEADER) {
      fail(answer, notLeader(core.view()));
    } else if (waiting.size() + underWay.size() >= MAX_CHANGES) {
      fail(answer, new OverloadedException(MAX_CHANGES + " changes of the configuration wait"));
    } else {
      Duration limit = timeLimit(change);
      begin(core, new Waiting(change, answer, limit, nowNanos + limit.toNanos()), true);
    }
  }

  /** Does what can be done for a change now; whether it need not wait any longer. */
  private boolean begin(RaftCore core, Waiting asked, boolean isNew) {
    // The whole limit, though some of it may have gone by while the host was awaited: it begins
    // anew
    // with each step forward.
    ChangePlan plan = plan(core.view(), asked.change, asked.timeLimit.toNanos());
    if (plan instanceof ChangePlan.AwaitHost) {
      if (isNew) {
        waiting.add(asked);
        log.waits(asked.change, asked.host());
      }
      return false;
    } else if (plan instanceof ChangePlan.Done) {
      ChangeResult result =
          new ChangeResult(core.view().configurationIndex(), core.view().configuration());
      if (core.view().mayBeginChange()) {
        pipeline.run(() -> asked.answer.complete(result));
      } else {
        // What makes it so may still be truncated.
        return refuse(
            asked,
            List.of(new ChangeRefusal(
                ChangeRefusal.Reason.CHANGE_UNDER_WAY,
                "a change of the configuration is being committed")),
            isNew);
      }
    } else if (plan instanceof ChangePlan.Refuse refuse) {
      return refuse(asked, List.of(refuse.refusal()), isNew);
    } else if (plan instanceof ChangePlan.Propose propose) {
      return propose(core, asked, propose.change(), isNew);
    }
    return true;
  }

  private boolean propose(RaftCore core, Waiting asked, MembershipChange change, boolean isNew) {
    var preview = core.view().previewChange(change);
    if (!preview.isAllowed()) {
      return refuse(asked, preview.refusals(), isNew);
    }
    long id = ++lastChangeId;
    underWay.put(id, asked.answer);
    log.begins(id, asked.change);
    core.changeConfiguration(id, change);
    return true;
  }

  /** Whether it is over: what has waited for its host also waits until what stands in its way has passed, such as a transfer. */
  private boolean refuse(Waiting asked, List<ChangeRefusal> refusals, boolean isNew) {
    if (ChangeRefusal.allPass(refusals)) {
      if (!isNew) {
        return false;
      }
    } else {
      // Who is told that it passes asks again, maybe several times a second.
      log.refused(asked.change, ChangeRefusal.details(refusals));
    }
    fail(asked.answer, ChangeFailedException.refused(refusals));
    return true;
  }

  private ChangePlan plan(CoreView core, ConfigurationChange change, long timeLimitNanos) {
    return ChangePlan.of(
        change,
        core.configuration(),
        core.configurationIndex(),
        core.additions(),
        guests,
        timeLimitNanos);
  }

  private static Duration timeLimit(ConfigurationChange change) {
    if (change instanceof ConfigurationChange.Add add) {
      return add.options().timeLimit();
    } else if (change instanceof ConfigurationChange.Promote promote) {
      return promote.timeLimit();
    } else if (change instanceof ConfigurationChange.Replace replace) {
      return replace.timeLimit();
    }
    return AddOptions.DEFAULT_TIME_LIMIT;
  }

  void preview(CoreView core, ConfigurationChange change, CompletableFuture<ChangePreview> answer) {
    if (core.currentRole() != Role.LEADER) {
      fail(answer, notLeader(core));
      return;
    }
    ChangePreview preview = Previews.of(core, change, guests);
    pipeline.run(() -> answer.complete(preview));
  }

  void abort(RaftCore core, HostId host, CompletableFuture<AbortResult> answer) {
    if (core.view().currentRole() != Role.LEADER) {
      fail(answer, notLeader(core.view()));
      return;
    }
    List<Waiting> calledOff =
        waiting.stream().filter(asked -> asked.host().equals(host)).toList();
    waiting.removeAll(calledOff);
    calledOff.forEach(asked -> giveUp(asked, "it was called off before " + host + " had asked"));
    boolean any = !calledOff.isEmpty();
    boolean tooLate = false;
    for (AdditionStatus addition : core.view().additions()) {
      if (addition.wanted().host().equals(host)) {
        boolean aborted = core.abortChange(addition.changeId());
        any |= aborted;
        tooLate |= !aborted;
      }
    }
    AbortResult result =
        any ? AbortResult.CALLED_OFF : tooLate ? AbortResult.TOO_LATE : AbortResult.NOTHING;
    pipeline.run(() -> answer.complete(result));
  }

  /** What waits for its host, as the view shows it. */
  List<AdditionView> waitingAdditions(Configuration configuration) {
    return waiting.stream()
        .map(asked -> new AdditionView(
            asked.host(),
            asked.wantedRole(configuration),
            AdditionView.Phase.AWAITING_HOST,
            0,
            0,
            0,
            "has not asked to be let in yet; start it"))
        .toList();
  }

  // ------------------------------------------------------------------ steps and ends

  /** Begins what waits for a host that has asked, and ends what has waited too long. */
  void step(RaftCore core, long nowNanos) {
    if (waiting.isEmpty()) {
      return;
    }
    // Each stays among those that wait until it has gone
    // on: if a step fails, whoever is left is told.
    for (Waiting asked : List.copyOf(waiting)) {
      boolean goesOn = true;
      if (core.view().currentRole() != Role.LEADER) {
        NotLeaderException notLeader = notLeader(core.view());
        log.gaveUp(asked.change, "this member doesn't lead any more, " + notLeader.getMessage());
        fail(asked.answer, notLeader);
      } else if (nowNanos - asked.deadlineNanos >= 0) {
        giveUp(asked, whyNotLetIn(asked));
      } else {
        goesOn = core.view().mayBeginChange() && begin(core, asked, false);
      }
      if (goesOn) {
        waiting.removeIf(one -> one.answer == asked.answer);
      }
    }
  }

  private String whyNotLetIn(Waiting asked) {
    String within = " within " + Wording.duration(asked.timeLimit);
    return guests.asking(asked.host()) == null
        ? asked.host() + " has not asked to be let in" + within
            + "; start its node so that it joins, naming a member of this group"
        : asked.host() + " has asked to be let in, and could not be" + within
            + ", because of other changes of the configuration; look at those, and ask again";
  }

  private void giveUp(Waiting asked, String reason) {
    log.gaveUp(asked.change, reason);
    fail(asked.answer, ChangeFailedException.aborted(reason));
  }

  /** When the next of those that wait for their host is given up; {@link Long#MAX_VALUE} if none waits. */
  long deadlineNanos() {
    long earliest = Long.MAX_VALUE;
    for (Waiting asked : waiting) {
      earliest = Math.min(earliest, asked.deadlineNanos);
    }
    return earliest;
  }

  void ended(Ready.ChangeOutcome outcome, CoreView core) {
    log.ended(outcome);
    CompletableFuture<ChangeResult> answer = underWay.remove(outcome.changeId());
    if (answer == null) {
      return;
    }
    switch (outcome.end()) {
      case DONE -> {
        // The one in force may be that of the next change already.
        ChangeResult result = new ChangeResult(outcome.index(), core.committedConfiguration());
        pipeline.run(() -> answer.complete(result));
      }
      case REFUSED -> fail(answer, ChangeFailedException.refused(outcome.refusals()));
      case ABORTED -> fail(answer, ChangeFailedException.aborted(outcome.detail()));
      case LOST -> fail(answer, ChangeFailedException.lost(outcome.detail()));
    }
  }

  /** Nobody will hear more of those under way. */
  void stop(NotAppendedException refusal) {
    // First, because the first end counts: one of those that wait may have failed on its way to the
    // core, and be half begun.
    underWay
        .values()
        .forEach(answer -> fail(
            answer,
            ChangeFailedException.lost(
                "this node stopped before the change was committed; it may still be")));
    underWay.clear();
    waiting.forEach(asked -> fail(asked.answer, refusal));
    waiting.clear();
  }

  /** Ends it with a failure. */
  void fail(CompletableFuture<?> answer, RuntimeException failure) {
    pipeline.run(() -> answer.completeExceptionally(failure));
  }

  private static NotLeaderException notLeader(CoreView core) {
    LeaderHint leader = LeaderHint.of(core);
    return new NotLeaderException(
        leader.host(),
        leader.address(),
        leader.host() == null ? "no leader is known" : leader.host() + " leads");
  }
}
