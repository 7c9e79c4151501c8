package io.github.balsaraft.api;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import java.time.Duration;
import java.util.Optional;

/** Something that became of a node, for a {@link RaftListener}. Immutable. */
public sealed interface RaftEvent {

  /**
   * The term of the node when it happened; 0 before birth. It never falls while the process runs. It may not be durable yet, so a
   * process that starts anew may begin with a lower one.
   */
  long term();

  /**
   * The node has another role, or the same in another term.
   *
   * @param reason why, for people
   */
  record RoleChanged(long term, Role role, String reason) implements RaftEvent {}

  /**
   * Another leader is known, or none any more. A leader that is known may not have committed anything in its term yet; {@code
   * awaitLeader} waits for that.
   *
   * @param leader its replica; empty if no leader is known
   * @param host the host that carries it; empty if that isn't known
   */
  record LeaderChanged(long term, Optional<ReplicaId> leader, Optional<HostId> host)
      implements RaftEvent {}

  /**
   * Another configuration is in force, or that in force is committed by now. One that is not committed may be taken back: then the
   * one before is in force again, and this says so.
   *
   * @param index that of its entry in the log; 0 if the node was born with it
   * @param configuration the members
   * @param committed whether it is known to be committed
   */
  record MembershipChanged(long term, long index, Configuration configuration, boolean committed)
      implements RaftEvent {}

  /**
   * A snapshot of the state here is verified and durable.
   *
   * @param last the last entry that it covers
   * @param bytes its size
   * @param took from the capture to its end
   */
  record SnapshotTaken(long term, EntryId last, long bytes, Duration took) implements RaftEvent {}

  /**
   * The state here is that of a snapshot that was fetched from another member.
   *
   * @param last the last entry that it covers
   * @param bytes its size
   */
  record SnapshotInstalled(long term, EntryId last, long bytes) implements RaftEvent {}

  /**
   * A snapshot could not be taken, or not be fetched; it is tried again. Until then the log is kept, or the node stays behind.
   *
   * @param problem what went wrong, for people
   */
  record SnapshotFailed(long term, String problem) implements RaftEvent {}

  /**
   * The node recovers its state before it takes part, begins to take part, has failed, or was closed.
   *
   * @param detail more of it, for people; may be empty
   */
  record HealthChanged(long term, NodeStatus.Health health, String detail) implements RaftEvent {}

  /**
   * The listener was too slow: events that should have been told here are left out.
   *
   * @param term that of the last of them
   * @param count how many
   */
  record EventsDropped(long term, long count) implements RaftEvent {}
}
