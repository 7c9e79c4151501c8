package io.github.balsaraft.node;

import io.github.balsaraft.api.OnDiskStateMachine;
import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whose state a state machine keeps by itself: that of a group on a host, with the log that the host has. By its position alone the
 * state of another cluster may look like one's own.
 */
record StateClaim(GroupId group, HostRecord host) {

  byte[] encode() {
    byte[] record = host.encode();
    return ByteBuffer.allocate(Long.BYTES + record.length)
        .putLong(group.value())
        .put(record)
        .array();
  }

  private static @Nullable StateClaim decode(byte[] stored) {
    if (stored.length <= Long.BYTES) {
      return null;
    }
    long group = ByteBuffer.wrap(stored).getLong();
    try {
      return new StateClaim(
          new GroupId(group),
          HostRecord.decode(Arrays.copyOfRange(stored, Long.BYTES, stored.length)));
    } catch (CorruptDataException | IllegalArgumentException e) {
      return null;
    }
  }

  /**
   * Refuses a state of somebody else. What nobody has claimed, or whose claim is damaged, is taken.
   *
   * @throws IllegalStateException if so; the message says what to do
   */
  void check(OnDiskStateMachine machine) throws IOException {
    byte[] stored = machine.owner();
    StateClaim owner = stored == null ? null : decode(stored);
    if (owner != null && !isSameAs(owner)) {
      throw new IllegalStateException(
          "the state machine holds the state of " + owner + ", and this is " + this
              + ": name the folder with the state of this replica; if that is lost, give this host new, empty folders and let it join anew");
    }
  }

  /** A folder that was copied before its host was in a cluster may be in two by now. */
  private boolean isSameAs(StateClaim owner) {
    ClusterIdentity ours = host.cluster();
    ClusterIdentity theirs = owner.host.cluster();
    return group.equals(owner.group)
        && host.host().equals(owner.host.host())
        && host.incarnation() == owner.host.incarnation()
        && (ours == null || theirs == null || ours.id() == theirs.id());
  }

  /**
   * Writes it down, if that isn't done.
   *
   * @param unwritten hears why it could not be
   */
  void make(OnDiskStateMachine machine, Consumer<IOException> unwritten) throws IOException {
    byte[] wanted = encode();
    if (Arrays.equals(wanted, machine.owner())) {
      return;
    }
    try {
      machine.claim(wanted);
    } catch (IOException e) {
      // The next start does it. A full disk must not keep a replica from starting.
      unwritten.accept(e);
    }
  }

  /** For people. */
  @Override
  public String toString() {
    return group + " on host " + host.host()
        + (host.cluster() == null ? "" : " in cluster " + host.cluster())
        + ", with log " + Long.toHexString(host.incarnation());
  }
}
