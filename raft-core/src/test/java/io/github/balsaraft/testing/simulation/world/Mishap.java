package io.github.balsaraft.testing.simulation.world;

/**
 * Something that goes wrong or takes long because of a fault, or that an operator has brought about. A fault that leads to none has tested
 * nothing.
 */
public enum Mishap {
  MESSAGE_LOST("messages that the network has lost"),
  MESSAGE_REPEATED("messages that the network has repeated"),
  MESSAGE_CUT("messages that met a link that was cut"),
  MESSAGE_SLOW("messages that took longer than in fair weather"),
  MESSAGE_DETOURED("messages that took a detour"),
  WRITE_FAILED("writes that failed, with nothing stored"),
  WRITE_TORN("writes that failed, with a part stored"),
  SYNC_FAILED("writes that failed, with all of it stored"),
  WRITE_TORN_BY_CRASH("writes that a crash has torn"),
  DISK_FULL("writes refused because the disk was full"),
  WRITE_SLOW("writes on a slow disk"),
  WRITE_STALLED("writes on a stalled disk"),
  LOAD_SLOW("reads of old entries that waited for a slow or stalled disk, or for one another"),
  BACKGROUND_FAILED("failures of a log store that no write has met"),
  DAMAGE_FOUND("reads that met a changed bit of a log"),
  HARD_STATE_DAMAGE_FOUND("reads that met a changed bit of a term and vote"),
  FILE_WRITE_FAILED("changes of files of snapshots that failed"),
  FILE_SYNC_FAILED("syncs of files of snapshots that failed"),
  STATE_WRITE_FAILED("changes of files of states on disk that failed"),
  STATE_SYNC_FAILED("syncs of files of states on disk that failed"),
  FILE_DAMAGE_READ("reads of a changed bit of a file of a snapshot"),
  STATE_DAMAGE_READ("reads of a changed bit of a file of a state machine"),
  PROCESS_PAUSED("tasks that waited for a process that was paused"),
  MAILBOX_SLOW("slow turns of mailboxes"),
  APPLY_SLOW("slow turns of apply threads"),
  SNAPSHOT_SLOW("slow steps of snapshots"),
  CHANGE_CALLED_OFF("changes that an operator has called off"),
  ADDITION_DONE("additions of members that an operator was told are done"),
  REMOVAL_DONE("removals of members that an operator was told are done"),
  REPLACEMENT_DONE("replacements of members that an operator was told are done"),
  PROMOTION_DONE("promotions of learners that an operator was told are done"),
  DEMOTION_DONE("demotions of voters that an operator was told are done"),
  UPDATE_DONE("updates of members that an operator was told are done"),
  LEASE_RULES_DONE("changes of the rules for leases that an operator was told are done"),
  HANDOVER_DONE("transfers of leadership that an operator was told are done"),
  PREVIEW_COMPARED("previews of changes that were made at the same moment, and compared"),
  LEADER_ASKED_EARLY("new leaders that were asked for changes at once"),
  SNAPSHOT_NAME_UNSYNCED("processes killed before the name of a snapshot was synced"),
  FETCH_INTERRUPTED("processes killed while they fetched a snapshot"),
  VOTER_RESTARTED("voters started anew within a lease");

  private final String label;

  Mishap(String label) {
    this.label = label;
  }

  /** Of the files of a state machine, what of those of snapshots this is. */
  Mishap ofState() {
    return switch (this) {
      case FILE_WRITE_FAILED -> STATE_WRITE_FAILED;
      case FILE_SYNC_FAILED -> STATE_SYNC_FAILED;
      case FILE_DAMAGE_READ -> STATE_DAMAGE_READ;
      default -> this;
    };
  }

  /** For people. */
  public String label() {
    return label;
  }
}
