package io.github.balsaraft.node;

import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.model.SnapshotHeader;
import io.github.balsaraft.model.SnapshotId;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.storage.SnapshotStore;
import java.io.IOException;
import java.util.List;

/** Another store, in which a test lets something happen between two steps. */
final class HookedSnapshots implements SnapshotStore {

  private final SnapshotStore rest;

  /** Runs before a snapshot is opened, on the thread that opens it. */
  volatile Runnable beforeOpen = () -> {};

  /** Runs when the store is closed. */
  volatile Runnable onClose = () -> {};

  HookedSnapshots(SnapshotStore rest) {
    this.rest = rest;
  }

  @Override
  public HostRecord owner() throws IOException {
    return rest.owner();
  }

  @Override
  public void claim(HostRecord owner) throws IOException {
    rest.claim(owner);
  }

  @Override
  public List<SnapshotManifest> recover(GroupId group) throws IOException {
    return rest.recover(group);
  }

  @Override
  public List<Damaged> damaged(GroupId group) throws IOException {
    return rest.damaged(group);
  }

  @Override
  public Draft create(GroupId group, SnapshotHeader header, long unique) throws IOException {
    return rest.create(group, header, unique);
  }

  @Override
  public Receipt receive(GroupId group, SnapshotManifest manifest) throws IOException {
    return rest.receive(group, manifest);
  }

  @Override
  public Stored open(GroupId group, SnapshotId snapshot) throws IOException {
    beforeOpen.run();
    return rest.open(group, snapshot);
  }

  @Override
  public void delete(GroupId group, SnapshotId snapshot) throws IOException {
    rest.delete(group, snapshot);
  }

  @Override
  public void close() {
    onClose.run();
    rest.close();
  }
}
