/**
 * The runtime: turns what the pure cores ask for into I/O, and keeps the promises made to callers. Every thread, clock and
 * random number comes from a {@link io.github.balsaraft.node.HostEnvironment}.
 *
 * <p>Where to begin: {@code HostRuntime} for the process, {@code GroupNode} for what callers see of one replica, {@code
 * GroupLoop} for what happens inside it. Each class belongs to one family:
 *
 * <ul>
 *   <li><b>The host</b>, shared by its groups: {@code HostRuntime}, {@code GroupStarts}, {@code HostEnvironment}, {@code ThreadedEnvironment},
 *       {@code HostPool}, {@code HostFolders}, {@code HostRoutes}, {@code GroupCommitWriter}, {@code Closer}, {@code Mailbox}, {@code RateLimitedLog}.
 *   <li><b>One replica</b>, its life and its core: {@code GroupNode}, {@code GroupLoop}, {@code GroupSettings}, {@code
 *       ReplicaContext}, {@code Lifecycle}, {@code CoreStarter}, {@code GuardedTrace}, {@code LoopIntake}, {@code LoopOutput},
 *       {@code LoopTimer}, {@code EntryLoader}, {@code GroupPeers}, {@code ReplicaRoutes}.
 *   <li><b>Birth and return</b> of a replica: {@code BirthPlan}, {@code Birth}, {@code GroupBirth}, {@code JoinSeeker},
 *       {@code Joining}, {@code Guests}.
 *   <li><b>Requests</b> on their way: {@code RequestFlows}, {@code Budget}, {@code BudgetShare}, {@code Question}, {@code Answer}, {@code Proposal}, {@code LocalProposal}, {@code
 *       ProposalFlow}, {@code ProposalTracker}, {@code Forwarder}, {@code ForwardingIntake}, {@code OutcomeQueue}, {@code SealedCommand}, {@code
 *       ReadCalls}, {@code PendingRead}, {@code LocalRead}, {@code ReadFlow}, {@code TransferFlow}, {@code TransferLog}, {@code Handover}, {@code LeaderWaits}, {@code
 *       LeaderHint}, {@code NodeSessions}.
 *   <li><b>The state machine's side</b>, on the apply threads: {@code ApplyPipeline}, {@code EntryApplier}, {@code OpenBatch}, {@code
 *       ApplyPosition}, {@code StateRestorer}, {@code StartingState}, {@code StateClaim}, {@code CommittedProposals}, {@code ReadTurns}, {@code ReadTask}, {@code
 *       WaitingReads}, {@code ReadExpiry}, {@code EntryStreams}, {@code EntryStream}, {@code SessionTable}, {@code
 *       OpenSession}, {@code CapturedSessions}, {@code SessionRecords}.
 *   <li><b>Snapshots</b>: {@code SnapshotFlow}, {@code SnapshotArchive}, {@code LostSnapshot}, {@code SnapshotRecovery}, {@code SnapshotTaker}, {@code SnapshotServer}, {@code Standstill}, {@code
 *       SnapshotFetcher}, {@code SnapshotDownload}, {@code SnapshotParts}, {@code SnapshotFiles}, {@code
 *       ReadProgress}, {@code RateLimit}, {@code SerialTasks}.
 *   <li><b>Changes of the members</b>, from hosts to replicas: {@code MembershipCalls}, {@code MembershipFlow}, {@code
 *       ChangePlan}, {@code ChangeLog}, {@code Previews}.
 *   <li><b>Events and metrics</b>: {@code NodeEvents}, {@code ListenerQueue}, {@code NodeMetrics}, {@code Histogram}, {@code
 *       ApplyLag}, {@code LeaderTimes}, {@code LossLog}.
 *   <li><b>Status and explanations</b>: {@code StatusReport}, {@code MembershipReport}, {@code Freshness}, {@code ApplyProgress}, {@code
 *       Explanation}, {@code LeaderExplanation}, {@code FollowerExplanation}, {@code NoLeaderExplanation}, {@code
 *       LogExplanation}, {@code FetchExplanation}, {@code Reach},
 *       {@code VoterCount}, {@code Wording}.
 * </ul>
 */
@NullMarked
package io.github.balsaraft.node;

import org.jspecify.annotations.NullMarked;
