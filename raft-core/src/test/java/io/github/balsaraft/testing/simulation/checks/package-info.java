/**
 * What is checked after every event of a simulated group, and what is counted. Goes by what the library shows everybody: traces,
 * durable writes, messages, applied commands. Nothing of the core's own arithmetic is used.
 *
 * <p>Log matching carries the rest: it is checked at each append, and so a whole log is known by its last entry. That makes
 * every check a few steps, however long the logs are.
 *
 * <pre>
 * for whoever runs a simulation
 *   Checks               sees everything, and remembers the first violation
 *   Violation            which rule was broken, and what to tell people
 *   AppliedCommands      the sequence of commands of the group; also without traces
 *   Quorums              majorities of configurations
 *   Coverage             counts what happened, and names what did not
 *   Happening            what is counted
 *
 * what is known
 *   Group                the replicas, the entries, what is committed
 *   EntryHistory         every entry that was ever made: answers which term a log has where
 *   TermEntries          those of one term
 *   Signatures           stand for contents
 *   CommittedLog         what leaders have committed, and in which terms
 *   ReplicaModel         what a trace has said of its replica
 *   StoredState          what its disk holds
 *   Promises             what it has told others
 *
 * the rules
 *   TracedSteps          takes each step to the rules, and keeps the models up to date
 *   ElectionRules        one leader in a term, chosen by a quorum, with all that is committed
 *   LogRules             logs agree, and keep what they must
 *   CommitRules          what may be taken for committed
 *   ConfigurationRules   the latest is in force, and one safe step follows the other
 *   PromiseRules         what is told is durable, and never taken back
 *   StorageRules         what is stored is what was appended
 *   ApplyRules           what state machines get
 *   Found                ends a check
 *
 * what is counted
 *   CountedGroup         of the group
 *   CountedFetches       of fetches of snapshots
 *   CountedSessions      of clients' sessions
 *   CountedReplica       of one replica's steps
 *   MessageCounts        of messages, by kind
 * </pre>
 */
@NullMarked
package io.github.balsaraft.testing.simulation.checks;

import org.jspecify.annotations.NullMarked;
