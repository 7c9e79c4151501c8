package io.github.balsaraft.node;

import static io.github.balsaraft.node.SnapshotRig.OTHER;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.SnapshotStatus;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.SnapshotChunk;
import io.github.balsaraft.model.SnapshotRequest;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A download of a snapshot to a disk that has a part of it already, takes its time, hangs, spoils what it holds, or fails. */
class SnapshotDownloadDiskTest extends SnapshotDownloads {

  SnapshotDownloadDiskTest() throws IOException {}

  @Test
  void anotherFetchGoesOnWithWhatIsStored() throws IOException {
    List<SnapshotRequest> window = firstWindow();
    answerAll(window.subList(0, 3));
    download.cancel();
    rig.time.runFor(10 * MILLIS);
    requests();
    download = begin(OTHER, 20);
    List<SnapshotRequest> rest = firstWindow();
    assertThat(rest.get(0).offset()).isEqualTo(3 * SnapshotRig.CHUNK_BYTES);
    assertThat(download.doneBytes()).isEqualTo(3 * SnapshotRig.CHUNK_BYTES);
    int chunks = 3;
    while (!rest.isEmpty()) {
      chunks += rest.size();
      answerAll(rest);
      rest = requests();
    }
    assertThat(chunks).isEqualTo(CHUNKS);
    assertThat(ends).containsExactly("received " + offered.id());
    assertThat(rig.newestContent()).isEqualTo(CONTENT);
  }

  /** A newer one would have to be fetched from its beginning, and the next again. */
  @Test
  void theSourceIsAskedForTheRestAndNotForItsNewest() throws IOException {
    assertThat(requests()).singleElement().extracting(SnapshotRequest::unique).isEqualTo(0L);
    download.cancel();
    download = begin(OTHER, 20);
    answerAll(firstWindow().subList(0, 3));
    download.cancel();
    rig.time.runFor(10 * MILLIS);
    requests();
    download = begin(OTHER, 19);
    assertThat(requests()).singleElement().satisfies(request -> {
      assertThat(request.unique()).isEqualTo(offered.id().unique());
      assertThat(request.atLeast()).isEqualTo(offered.header().last());
    });
    download.cancel();
    download = begin(OTHER, 21);
    assertThat(requests())
        .as("what is here covers less")
        .singleElement()
        .extracting(SnapshotRequest::unique)
        .isEqualTo(0L);
  }

  @Test
  void aSourceThatDoesNotHaveTheRestIsAskedForItsNewest() throws IOException {
    answerAll(firstWindow().subList(0, 3));
    download.cancel();
    rig.time.runFor(10 * MILLIS);
    requests();
    download = begin(OTHER, 20);
    SnapshotChunk gone = SnapshotChunk.without(requests().get(0), SnapshotChunk.Status.GONE);
    download.onChunk(gone);
    SnapshotRequest newest = requests().get(0);
    assertThat(newest.unique()).isZero();
    assertThat(newest.atLeast().index()).isEqualTo(20);
    // The network brings it once more.
    download.onChunk(gone);
    assertThat(ends).isEmpty();
    download.onChunk(SnapshotChunk.without(newest, SnapshotChunk.Status.GONE));
    assertThat(ends).containsExactly("it has no such snapshot, or not any more");
  }

  /** Its source may still offer the one of which a part can't be read. */
  @Test
  void afterOneThatCanNotBeHadAsAWholeTheNewestIsAskedFor() throws IOException {
    List<SnapshotRequest> window = firstWindow();
    answerAll(window.subList(0, 3));
    download.onChunk(SnapshotChunk.without(window.get(3), SnapshotChunk.Status.GONE));
    assertThat(ends).containsExactly("it has no such snapshot, or not any more");
    requests();
    download = begin(OTHER, 20);
    assertThat(requests()).singleElement().extracting(SnapshotRequest::unique).isEqualTo(0L);
  }

  @Test
  void aProcessThatIsStartedAgainAsksForTheRestToo() throws IOException {
    List<SnapshotRequest> window = firstWindow();
    answerAll(window.subList(0, 3));
    assertThat(rig.archive.receivedInPart(offered.header().last()).encode())
        .isEqualTo(offered.encode());
    SnapshotArchive next = SnapshotArchive.open(
        SnapshotRig.GROUP,
        rig.store,
        null,
        false,
        rig.environment,
        new RateLimitedLog("n1/g0", rig.lines));
    assertThat(next.receivedInPart(offered.header().last()).encode()).isEqualTo(offered.encode());
    answerAll(window.subList(3, WINDOW));
    fetchAll();
    assertThat(ends).containsExactly("received " + offered.id());
    assertThat(rig.archive.receivedInPart(offered.header().last())).isNull();
  }

  /** As when it has fetched the snapshot itself: the same id means the same bytes. */
  @Test
  void anotherSourceOfTheSameSnapshotGoesOnWithWhatIsStored() throws IOException {
    answerAll(firstWindow().subList(0, 3));
    download.cancel();
    rig.time.runFor(10 * MILLIS);
    requests();
    ReplicaId third = new ReplicaId(3);
    rig.context.peers().heardFrom(third, new HostId("n3"));
    download = begin(third, 20);
    List<SnapshotRequest> rest = firstWindow();
    assertThat(rest).isNotEmpty().allMatch(request -> request.to().equals(third));
    assertThat(rest.get(0).offset()).isEqualTo(3 * SnapshotRig.CHUNK_BYTES);
    answerAll(rest);
    fetchAll();
    assertThat(ends).containsExactly("received " + offered.id());
    assertThat(rig.newestContent()).isEqualTo(CONTENT);
  }

  /** The mailbox waits for each step with the disk, whatever that throws. */
  @Test
  void whatCanNotBeClosedEndsTheFetchAllTheSame() throws IOException {
    List<SnapshotRequest> window = firstWindow();
    rig.closingFails = new LinkageError("no such class, says the test");
    rig.folder.failOperation(0);
    answerAll(window.subList(0, 1));
    assertThat(ends).singleElement().asString().startsWith("storing it failed");
    assertThat(rig.lines.lines("closing what was received of a snapshot failed"))
        .hasSize(1);
    rig.closingFails = null;
    ends.clear();
    download = begin(OTHER, 20);
    fetchAll();
    assertThat(ends).containsExactly("received " + offered.id());
  }

  /** Nobody will ever ask for the rest of it. */
  @Test
  void whatWasFetchedOfOneThatIsCoveredByNowGoesAtTheNextStart() throws IOException {
    answerAll(firstWindow().subList(0, 3));
    download.cancel();
    rig.time.runFor(10 * MILLIS);
    int names = rig.folder.list().size();
    rig.store.recover(SnapshotRig.GROUP);
    assertThat(rig.folder.list()).as("may still be wanted").hasSize(names);
    rig.save(20, CONTENT);
    rig.store.recover(SnapshotRig.GROUP);
    // Its data and its manifest.
    assertThat(rig.folder.list()).hasSize(2);
  }

  @Test
  void aSnapshotIsStoredAndReadAgainForAsLongAsTheDiskNeeds() throws IOException {
    List<SnapshotRequest> window = firstWindow();
    while (window.size() == WINDOW) {
      answerAll(window);
      window = requests();
    }
    diskNanos = 30 * SECONDS;
    answerAll(window);
    assertThat(download.phase()).isEqualTo(SnapshotStatus.Fetching.Phase.FETCHING);
    stepForSeconds(31);
    assertThat(ends).isEmpty();
    while (download.phase() == SnapshotStatus.Fetching.Phase.FETCHING) {
      answerAll(requests());
      stepForSeconds(31);
    }
    assertThat(download.phase()).isEqualTo(SnapshotStatus.Fetching.Phase.VERIFYING);
    assertThat(download.doneBytes()).isZero();
    assertThat(ends).isEmpty();
    stepForSeconds(30);
    assertThat(download.doneBytes()).isEqualTo(offered.bytes());
    assertThat(ends).containsExactly("received " + offered.id());
  }

  @Test
  void whatAnEarlierFetchHasLeftIsReadForAsLongAsTheDiskNeeds() throws IOException {
    answerAll(firstWindow().subList(0, 3));
    download.cancel();
    rig.time.runFor(10 * MILLIS);
    requests();
    diskNanos = 30 * SECONDS;
    download = begin(OTHER, 20);
    answerAll(requests());
    assertThat(download.phase()).isEqualTo(SnapshotStatus.Fetching.Phase.TAKING_UP);
    stepForSeconds(29);
    assertThat(ends).isEmpty();
    keepTheSnapshotOpen(requests());
    stepForSeconds(1);
    assertThat(requests()).hasSize(WINDOW);
    assertThat(download.phase()).isEqualTo(SnapshotStatus.Fetching.Phase.FETCHING);
  }

  @Test
  void theSourceIsGivenUpOnceTheDiskHasDoneItsPartAndNothingCame() throws IOException {
    List<SnapshotRequest> window = firstWindow();
    diskNanos = 30 * SECONDS;
    answerAll(window.subList(0, 1));
    stepForSeconds(31);
    assertThat(ends).isEmpty();
    stepForSeconds(8);
    assertThat(ends).isEmpty();
    stepForSeconds(2);
    assertThat(ends).containsExactly("nothing came from it for 10 s");
  }

  /** Nothing ends it, but it is seen for how long nothing has moved; another fetch may take its place. */
  @Test
  void aDiskThatHangsIsWaitedForAndSeen() throws IOException {
    List<SnapshotRequest> window = firstWindow();
    diskNanos = 24 * 3600 * SECONDS;
    long nanos = rig.context.nowNanos();
    answerAll(window);
    int steps = stepForSeconds(3600);
    assertThat(steps).as("every 20 s in the end").isBetween(180, 190);
    assertThat(ends).isEmpty();
    keepTheSnapshotOpen(requests());
    assertThat(download.progressNanos()).isBetween(nanos, nanos + SECONDS);
  }

  /** Else the source would close it after a while, and delete it if there is a newer one. */
  private void keepTheSnapshotOpen(List<SnapshotRequest> requests) {
    assertThat(requests).isNotEmpty().allSatisfy(request -> {
      assertThat(request.unique()).isEqualTo(offered.id().unique());
      assertThat(request.file()).isEqualTo(SnapshotRequest.MANIFEST);
      assertThat(request.offset())
          .as("of which there is no answer")
          .isEqualTo(offered.encode().length);
    });
  }

  /** Returns how often there was something to do. */
  private int stepForSeconds(int seconds) {
    int steps = 0;
    for (int second = 0; second < seconds; second++) {
      rig.time.runFor(SECONDS);
      if (rig.context.nowNanos() >= download.deadlineNanos()) {
        download.step(rig.context.nowNanos());
        steps++;
      }
    }
    return steps;
  }

  /** It would be fetched again and again: the disk must not be full of it one day. */
  @Test
  void oneThatCanNotBeReadAgainIsDeletedAndTheNextFetchSucceeds() throws IOException {
    rig.folder.spoilNext(1);
    fetchAll();
    assertThat(ends).singleElement().asString().contains("fails its checksum");
    assertThat(rig.folder.list()).isEmpty();
    ends.clear();
    download = begin(OTHER, 20);
    fetchAll();
    assertThat(ends).containsExactly("received " + offered.id());
    assertThat(rig.newestContent()).isEqualTo(CONTENT);
  }

  /** Trap 40: only what is stored as a whole is reported, whichever step fails. */
  @Test
  void trap40_whicheverStepOnTheDiskFailsItEndsOnceAndTheNextFetchSucceeds() throws IOException {
    int step = 0;
    while (new SnapshotDownloadDiskTest().endsOnceAndIsDoneAgain(step)) {
      step++;
    }
    assertThat(step).as("steps that write").isGreaterThan(CHUNKS);
  }

  /** Returns whether there was such a step. */
  private boolean endsOnceAndIsDoneAgain(int failingStep) throws IOException {
    rig.folder.failOperation(failingStep);
    fetchAll();
    assertThat(ends).as("step %d", failingStep).hasSize(1);
    if (ends.get(0).startsWith("received")) {
      return false;
    }
    assertThat(ends.get(0)).startsWith("storing it failed");
    assertThat(rig.archive.newest()).as("step %d", failingStep).isNull();
    ends.clear();
    download = begin(OTHER, 20);
    fetchAll();
    assertThat(ends).as("after step %d", failingStep).containsExactly("received " + offered.id());
    assertThat(rig.newestContent()).isEqualTo(CONTENT);
    return true;
  }
}
