package io.github.balsaraft.testing.simulation.checks;

/** What may happen in a simulated group, as {@link Coverage} counts it. */
public enum Happening {
  PRE_VOTE("pre-votes begun"),
  PRE_VOTE_REFUSED("pre-votes refused"),
  CAMPAIGN("elections begun"),
  VOTE_GRANTED("votes granted to others"),
  VOTE_REFUSED("votes refused"),
  LEADER_ELECTED("leaders elected"),
  LEADER_CHANGED("leaders that were not the leader before"),
  LEADER_RESIGNED("leaders that stepped down"),
  COMMIT("decisions to commit"),
  ENTRY_COMMITTED("entries committed"),
  COMMAND_APPLIED("commands applied, on all replicas"),
  WRITE_DURABLE("durable writes"),
  LATE_AFTER_RESTART("messages that arrived at a later process than they were sent to"),
  LATE_IN_LATER_TERM("messages that arrived after one of a later term"),
  CONFLICT("appends rejected"),
  TRUNCATION("logs truncated"),
  ENTRY_TRUNCATED("entries truncated"),
  SNAPSHOT_TAKEN("snapshots written"),
  SNAPSHOT_RESTORED("state machines restored from a snapshot"),
  STATE_HELD("processes that found a state on disk"),
  STATE_REPLACED("states on disk that a snapshot took the place of"),
  SNAPSHOT_FETCHED("snapshots begun to be fetched"),
  SNAPSHOT_RESUMED("snapshots of which a part was there already"),
  SNAPSHOT_INSTALLED("snapshots installed"),
  SNAPSHOT_RECOVERED("processes that began with a snapshot fetched in place of a lost one"),
  SESSION_OPENED("sessions opened"),
  SESSION_COMMAND("commands of sessions applied or found applied"),
  SESSION_REPEATED("commands of sessions answered with what had been applied before"),
  SESSION_EXPIRED("attempts refused because their session had expired"),
  COMPACTION("logs compacted"),
  ENTRY_REFILLED("damaged entries refilled"),
  CONFIGURATION_SIMPLE("configurations appended by a leader, simple"),
  CONFIGURATION_JOINT("configurations appended by a leader, joint"),
  CONFIGURATION_JOINT_LEFT("configurations appended by a leader that leave joint consensus"),
  CONFIGURATION_TRUNCATED("configurations truncated"),
  LEARNER_ADDED("learners added"),
  LEARNER_PROMOTED("learners promoted"),
  VOTER_DEMOTED("voters demoted"),
  MEMBER_REMOVED("members removed"),
  CHANGE_DONE("membership changes done"),
  CHANGE_REFUSED("membership changes refused"),
  CHANGE_ABORTED("membership changes aborted"),
  CHANGE_LOST("membership changes lost"),
  TRANSFER_BEGUN("transfers begun"),
  TRANSFER_GIVEN_UP("transfers given up"),
  TRANSFER_DONE("requests for a transfer done"),
  TRANSFER_REFUSED("requests for a transfer refused"),
  TRANSFER_ABORTED("requests for a transfer aborted"),
  TRANSFER_TIMED_OUT("requests for a transfer timed out"),
  READ_LEASE("reads that a lease has answered"),
  READ_LEASE_REFUSED("reads that asked for a lease where there was none"),
  READ_SERVED("linearizable reads served"),
  READ_REFUSED("linearizable reads refused"),
  STALE_READ("reads of one member's own state, as old as it may be, answered"),
  READ_AFTER("reads of one member's own state, once it had applied so much, answered"),
  AWAITED_APPLIED("clients told that a member has applied so much"),
  AWAITED_LEADER("clients told that a member knows a leader"),
  OBSERVED_ENTRY("committed entries that observers have got"),
  VIEW_OF_MEMBERS("looks at the members answered"),
  STOP_AFTER_HANDOVER("leaders stopped once they had handed over"),
  START("processes started"),
  START_REFUSED("processes that could not start"),
  CRASH("processes crashed"),
  KILLED_BETWEEN_WRITES("processes killed after some of the writes that waited"),
  DISK_WIPED("disks wiped"),
  OVERLOADED("proposals and reads refused because too much waited"),
  LINK_FULL("links that took no more entries for a while"),
  FAULT("faults");

  private final String label;

  Happening(String label) {
    this.label = label;
  }

  /** For people. */
  public String label() {
    return label;
  }
}
