package io.github.balsaraft.node;

import static io.github.balsaraft.node.SnapshotRig.OTHER;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.core.Ready;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.Message;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.SnapshotChunk;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.model.SnapshotRequest;
import io.github.balsaraft.storage.FolderSnapshotStore;
import io.github.balsaraft.storage.SnapshotStore;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.FragileFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Downloads of one snapshot for tests. The source is played by the test: it gets the requests, and answers those that it wants to, in
 * any order.
 */
abstract class SnapshotDownloads {

  static final byte[] CONTENT = "a state of more chunks than are asked for at once".getBytes(UTF_8);
  static final int CHUNKS = (CONTENT.length + 3) / SnapshotRig.CHUNK_BYTES;

  /** As many chunks are asked for at once. */
  static final int WINDOW = 8;

  final SnapshotRig rig = new SnapshotRig(RaftOptions.defaults());
  private final SerialTasks disk = new SerialTasks(this::runOnDisk, failure -> {
    throw new AssertionError(failure);
  });

  /** How long each step with the disk takes from now on, or waits for its turn. */
  long diskNanos = 1;

  private final SnapshotStore source =
      new FolderSnapshotStore(new FragileFolder(Chance.of(2, "source")), SnapshotRig.CHUNK_BYTES);
  final SnapshotManifest offered;

  /** What was reported as the end of a download, in order. */
  final List<String> ends = new ArrayList<>();

  SnapshotDownload download;

  SnapshotDownloads() throws IOException {
    offered = SnapshotRig.write(source, 20, 7, CONTENT);
    download = begin(OTHER, 20);
  }

  private void runOnDisk(Runnable step) {
    rig.time.in(diskNanos, step);
  }

  /** Begins a download, as a core asks for it. */
  final SnapshotDownload begin(ReplicaId from, long atLeast) {
    SnapshotDownload begun = new SnapshotDownload(
        rig.context,
        rig.archive,
        disk,
        rig.environment.mailboxes()::execute,
        new Ready.Fetch(1, from, new EntryId(3, atLeast)),
        new SnapshotDownload.Ends() {
          @Override
          public void received(SnapshotManifest manifest) {
            ends.add("received " + manifest.id());
          }

          @Override
          public void wasHere(SnapshotManifest manifest) {
            ends.add("was here: " + manifest.id());
          }

          @Override
          public void failed(String why) {
            ends.add(why);
          }
        });
    begun.begin();
    return begun;
  }

  /** What the source was asked for since this was asked last. */
  final List<SnapshotRequest> requests() {
    List<SnapshotRequest> found = new ArrayList<>();
    for (Message message : rig.takeSent()) {
      found.add((SnapshotRequest) message);
    }
    return found;
  }

  final SnapshotChunk answer(SnapshotRequest request) throws IOException {
    if (request.file() == SnapshotRequest.MANIFEST) {
      byte[] encoded = offered.encode();
      return SnapshotChunk.part(request, offered.id(), encoded.length, encoded);
    }
    try (SnapshotStore.Stored stored = source.open(SnapshotRig.GROUP, offered.id())) {
      byte[] chunk = stored.chunk(0, (int) (request.offset() / SnapshotRig.CHUNK_BYTES));
      return SnapshotChunk.part(request, offered.id(), CONTENT.length, chunk);
    }
  }

  /** Answers these, in this order, and lets the disk do its part. */
  final void answerAll(List<SnapshotRequest> requests) throws IOException {
    for (SnapshotRequest request : requests) {
      download.onChunk(answer(request));
    }
    rig.time.runFor(10 * MILLIS);
  }

  /** Gets it as far as the first window of chunks. */
  final List<SnapshotRequest> firstWindow() throws IOException {
    answerAll(requests());
    return requests();
  }

  final void stepAfter(long nanos) {
    rig.time.runFor(nanos);
    download.step(rig.context.nowNanos());
  }

  /** Answers whatever is asked for until nothing is any more. */
  final void fetchAll() throws IOException {
    for (List<SnapshotRequest> more = requests(); !more.isEmpty(); more = requests()) {
      answerAll(more);
    }
  }
}
