package io.github.balsaraft.api;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import java.util.concurrent.CompletableFuture;

/**
 * Who belongs to a group, and how an operator changes that: in the names of hosts, while the group goes on working. Replicas,
 * quorums and joint consensus (Raft paper 6, thesis 4) are the library's business.
 *
 * <pre>{@code
 * // On the new machine: RaftNode.builder().id("n4").join("n1=10.0.0.1:8001") … .start()
 * Membership members = leader.membership();
 * members.add(new HostId("n4"), AddOptions.voter()).join();
 * members.remove(new HostId("n1")).join();
 * }</pre>
 *
 * <p><b>Where.</b> Changes, previews and aborts are the leader's: elsewhere they fail with a {@link NotLeaderException} that
 * names it. {@link #view} is answered by every member.
 *
 * <p><b>How a change ends.</b> Its future completes once, with the configuration that is committed, or with
 *
 * <ul>
 *   <li>a {@link NotLeaderException}: nothing has changed; ask the leader;
 *   <li>a {@link ChangeFailedException}: refused with every reason, aborted, or lost sight of with leadership;
 *   <li>an {@link OverloadedException}, a {@link ShuttingDownException} or a {@link NodeFailedException}: it was not begun;
 *   <li>an {@link OutcomeUnknownException}: the node failed while it was asked, and may have begun it.
 * </ul>
 *
 * <p>A change says how things should be in the end, so asking for it again is always safe: it goes on where it stands, and one
 * that is done already ends at once, removals and replacements too, as long as the removed replica is among the last
 * {@value io.github.balsaraft.model.Configuration#MAX_REMOVALS} (later its host is unknown, and the change is refused).
 * {@link RaftException#isRetryable} says whether asking again as it is may help.
 *
 * <p>All methods may be called from any thread, and none of them blocks; if very many questions to the node wait already their
 * futures end with an {@link OverloadedException}. Futures complete on a thread that also runs the state
 * machine: what is chained to them must not block. To give up waiting ends nothing: see {@link #abort}.
 */
public interface Membership {

  /**
   * Makes a change.
   *
   * @return the committed configuration that it led to
   */
  CompletableFuture<ChangeResult> change(ConfigurationChange change);

  /** Whether a change would be made as things are, what speaks against it, and what it leads to. Nothing happens. */
  CompletableFuture<ChangePreview> preview(ConfigurationChange change);

  /**
   * Calls off what would make this host a member, or give it another role, as long as it isn't decided. The change that asked
   * for it ends as aborted, once the host is out again.
   *
   * @return what became of that; only a leader that has just taken over may answer {@link AbortResult#NOTHING} while an earlier
   *     leader's addition has left its host a learner
   */
  CompletableFuture<AbortResult> abort(HostId host);

  /** A consistent look at the members, at those on their way in, and at hosts that ask to be let in. */
  CompletableFuture<MembershipView> view();

  /**
   * Adds a host: waits until its new replica has asked to be let in, lets it catch up as a learner, and gives it its role (Raft
   * thesis 4.2.1). A host that has this role already must have these options too, else it is refused: {@link #update} changes
   * them.
   */
  default CompletableFuture<ChangeResult> add(HostId host, AddOptions options) {
    return change(new ConfigurationChange.Add(host, options));
  }

  /** Makes a learner a voter, once it has caught up. */
  default CompletableFuture<ChangeResult> promote(HostId host) {
    return change(new ConfigurationChange.Promote(host, AddOptions.DEFAULT_TIME_LIMIT));
  }

  /** Makes a voter a learner. */
  default CompletableFuture<ChangeResult> demote(HostId host) {
    return change(new ConfigurationChange.Demote(host));
  }

  /** Removes a host. A leader may remove itself: it hands over once that is committed. */
  default CompletableFuture<ChangeResult> remove(HostId host) {
    return change(new ConfigurationChange.Remove(host));
  }

  /** Puts a new host in the place of a member, in one change of voters. */
  default CompletableFuture<ChangeResult> replace(HostId old, HostId replacement) {
    return change(new ConfigurationChange.Replace(old, replacement, AddOptions.DEFAULT_TIME_LIMIT));
  }

  /**
   * Permits leases under these rules, so that the leader answers {@link ReadConsistency#LEASE} reads without asking anybody; or
   * forbids them. Such as {@code setLeases(LeaseRules.permitted(1000))}, with the least election timeout for the
   * window. Ask for it only if the clocks of all members keep within the drift bound: reads are stale otherwise.
   *
   * <p>Refused with {@code LEASE_RULES} if, by the leader's own settings, the window less the drift is under two heartbeat
   * intervals, the window is longer than the maximum of the election timeout, or the drift bound is 0.
   */
  default CompletableFuture<ChangeResult> setLeases(LeaseRules rules) {
    return change(new ConfigurationChange.SetLeases(rules));
  }

  /** Forbids leases: reads are confirmed by a quorum again. */
  default CompletableFuture<ChangeResult> forbidLeases() {
    return setLeases(LeaseRules.FORBIDDEN);
  }

  /** Changes what is agreed on a member: its priority, its campaign delay, its address. */
  default CompletableFuture<ChangeResult> update(HostId host, MemberOptions options) {
    return change(new ConfigurationChange.Update(host, options));
  }
}
