/**
 * The pure protocol: a deterministic state machine for one member of one group.
 *
 * <p>{@link io.github.balsaraft.core.RaftCore} is the only way in. Inputs are messages, the passage of time, proposals, reads
 * and completions; the output of a batch of inputs is one {@link io.github.balsaraft.core.Ready}. Who only looks gets a {@link
 * io.github.balsaraft.core.CoreView}. The same state and the same input give the same output, to the bit: nothing here reads a
 * clock, a disk or a socket, starts a thread, logs, or iterates over anything unordered, and the source of randomness comes
 * from outside.
 *
 * <p>Where to look. What needs to know only one thing, as the log, a quorum or one follower, is in a package below this one.
 *
 * <pre>
 * way in        RaftCore CoreView FollowerView CoreOptions CompactionRules CoreStart RandomSource
 * way out       Ready ReadyAssembler Collected CoreWrite Outbox HeldMessages WriteSequence ProposalResult
 * shared        CoreContext Restart Counts CoreTrace InvariantViolation
 * messages      MessageIntake MessageRules
 * roles         RoleState FollowerState CampaignState PreCandidateState CandidateState LeaderState Office Transitions
 * elections     Candidacy VotingRules StandingOrder LastResort
 * replication   Replicator UncommittedEntries AppendHandling LostEntries
 * contact       ContactRounds ContactLog AnswerStamps
 * reads, lease  LeaderReads LeaderLease LeasePromise
 * snapshots     Compaction SnapshotSender SnapshotIntake
 * repair        Repair DamagedEntry Refilling EntryAnswers
 * transfer      LeadershipTransfer Successor ApplyPace TransferTarget TransferRequests
 * membership    MembershipChanges ConfigurationSteps Additions Addition Removals
 * </pre>
 */
@NullMarked
package io.github.balsaraft.core;

import org.jspecify.annotations.NullMarked;
