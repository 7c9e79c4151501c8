package io.github.balsaraft.node;

import static io.github.balsaraft.node.SnapshotRig.OTHER;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.SnapshotStatus;
import io.github.balsaraft.core.Ready;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.Message;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.SnapshotChunk;
import io.github.balsaraft.model.SnapshotChunk.Status;
import io.github.balsaraft.model.SnapshotId;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.model.SnapshotRequest;
import io.github.balsaraft.storage.FolderSnapshotStore;
import io.github.balsaraft.storage.SnapshotStore;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.FragileFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The source is played by the test: it gets the requests, and answers those that it wants to, in any order. */
class SnapshotDownloadTest {

  private static final byte[] CONTENT =
      "a state of more chunks than are asked for at once".getBytes(UTF_8);
  private static final int CHUNKS = (CONTENT.length + 3) / SnapshotRig.CHUNK_BYTES;

  /** As the class has it. */
  private static final int WINDOW = 8;

  private final SnapshotRig rig = new SnapshotRig(RaftOptions.defaults());
  private final SerialTasks disk = new SerialTasks(this::runOnDisk, failure -> {
    throw new AssertionError(failure);
  });

  /** How long each step with the disk takes from now on, or waits for its turn. */
  private long diskNanos = 1;

  private final SnapshotStore source =
      new FolderSnapshotStore(new FragileFolder(Chance.of(2, "source")), SnapshotRig.CHUNK_BYTES);
  private final SnapshotManifest offered;
  private final List<String> ends = new ArrayList<>();
  private SnapshotDownload download;

  SnapshotDownloadTest() throws IOException {
    offered = SnapshotRig.write(source, 20, 7, CONTENT);
    download = begin(OTHER, 20);
  }

  private void runOnDisk(Runnable step) {
    rig.time.in(diskNanos, step);
  }

  private SnapshotDownload begin(ReplicaId from, long atLeast) {
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

  private List<SnapshotRequest> requests() {
    List<SnapshotRequest> found = new ArrayList<>();
    for (Message message : rig.takeSent()) {
      found.add((SnapshotRequest) message);
    }
    return found;
  }

  private SnapshotChunk answer(SnapshotRequest request) throws IOException {
    if (request.file() == SnapshotRequest.MANIFEST) {
      byte[] encoded = offered.encode();
      return SnapshotChunk.part(request, offered.id(), encoded.length, encoded);
    }
    try (SnapshotStore.Stored stored = source.open(SnapshotRig.GROUP, offered.id())) {
      byte[] chunk = stored.chunk(0, (int) (request.offset() / SnapshotRig.CHUNK_BYTES));
      return SnapshotChunk.part(request, offered.id(), CONTENT.length, chunk);
    }
  }

  private void answerAll(List<SnapshotRequest> requests) throws IOException {
    for (SnapshotRequest request : requests) {
      download.onChunk(answer(request));
    }
    rig.time.runFor(10 * MILLIS);
  }

  /** Gets it as far as the first window of chunks. */
  private List<SnapshotRequest> firstWindow() throws IOException {
    answerAll(requests());
    return requests();
  }

  private void stepAfter(long nanos) {
    rig.time.runFor(nanos);
    download.step(rig.context.nowNanos());
  }

  @Test
  void asksForTheManifestThenForAWindowOfChunksThenForOneForEachThatIsStored() throws IOException {
    List<SnapshotRequest> first = requests();
    assertThat(first).singleElement().satisfies(request -> {
      assertThat(request.file()).isEqualTo(SnapshotRequest.MANIFEST);
      assertThat(request.unique()).as("whichever is the newest").isZero();
      assertThat(request.atLeast()).isEqualTo(new EntryId(3, 20));
    });
    answerAll(first);
    List<SnapshotRequest> window = requests();
    assertThat(window).hasSize(WINDOW).allMatch(request -> request.unique() == 7);
    answerAll(window.subList(0, 2));
    List<SnapshotRequest> next = requests();
    assertThat(next).hasSize(2);
    answerAll(window.subList(2, WINDOW));
    answerAll(next);
    for (List<SnapshotRequest> more = requests(); !more.isEmpty(); more = requests()) {
      answerAll(more);
    }
    assertThat(ends).containsExactly("received " + offered.id());
    assertThat(rig.newestContent()).isEqualTo(CONTENT);
  }

  @Test
  void whatComesInAnotherOrderAndMoreThanOnceIsStoredInOrderAndOnce() throws IOException {
    List<SnapshotRequest> window = firstWindow();
    while (!window.isEmpty()) {
      List<SnapshotRequest> mixed = new ArrayList<>(window);
      mixed.addAll(window.subList(0, window.size() / 2));
      Collections.reverse(mixed);
      answerAll(mixed);
      // All of it once more, when it is stored already.
      answerAll(window);
      window = requests();
    }
    assertThat(ends).containsExactly("received " + offered.id());
    assertThat(rig.newestContent()).isEqualTo(CONTENT);
  }

  @Test
  void whatIsLostIsAskedForAgainAndNothingElse() throws IOException {
    List<SnapshotRequest> window = firstWindow();
    List<SnapshotRequest> came = new ArrayList<>(window);
    SnapshotRequest lost = came.remove(0);
    answerAll(came);
    assertThat(requests()).as("what waits for the first takes memory").isEmpty();
    stepAfter(900 * MILLIS);
    assertThat(requests()).as("not yet").isEmpty();
    stepAfter(200 * MILLIS);
    assertThat(requests()).containsExactly(lost);
  }

  @Test
  void aSourceThatSaysNothingIsAskedLessAndLessOftenAndGivenUp() throws IOException {
    int asked = requests().size();
    for (int step = 0; step < 9 && ends.isEmpty(); step++) {
      stepAfter(SECONDS);
      asked += requests().size();
    }
    assertThat(ends).isEmpty();
    assertThat(asked).isBetween(3, 5);
    stepAfter(SECONDS + MILLIS);
    assertThat(ends).containsExactly("nothing came from it for 10 s");
    stepAfter(SECONDS);
    assertThat(ends).as("it ends once").hasSize(1);
  }

  @Test
  void aSourceThatIsTakingOneIsWaitedFor() throws IOException {
    SnapshotRequest request = requests().get(0);
    for (int step = 0; step < 20; step++) {
      stepAfter(SECONDS);
      download.onChunk(SnapshotChunk.without(request, Status.BEING_TAKEN));
    }
    assertThat(ends).isEmpty();
    requests();
    download.onChunk(answer(request));
    rig.time.runFor(10 * MILLIS);
    assertThat(requests()).hasSize(WINDOW);
  }

  @Test
  void whatTheNetworkDamagesIsAskedForAgain() throws IOException {
    SnapshotRequest request = firstWindow().get(0);
    SnapshotChunk chunk = answer(request);
    byte[] damaged = chunk.bytes().clone();
    damaged[0] ^= 1;
    download.onChunk(new SnapshotChunk(
        chunk.from(),
        chunk.to(),
        chunk.fetch(),
        chunk.status(),
        chunk.snapshot(),
        chunk.file(),
        chunk.offset(),
        chunk.fileBytes(),
        chunk.checksum(),
        damaged));
    rig.time.runFor(10 * MILLIS);
    assertThat(ends).isEmpty();
    stepAfter(SECONDS);
    assertThat(requests()).contains(request);
  }

  @Test
  void aPartThatTheManifestDoesNotTellOfEndsIt() throws IOException {
    SnapshotRequest request = firstWindow().get(0);
    download.onChunk(
        SnapshotChunk.part(request, offered.id(), CONTENT.length, "else".getBytes(UTF_8)));
    rig.time.runFor(10 * MILLIS);
    assertThat(ends)
        .containsExactly(
            "a part of state (" + CONTENT.length + " bytes) is not what the manifest tells of");
  }

  @Test
  void answersToOthersAndOfOthersChangeNothing() throws IOException {
    SnapshotRequest request = firstWindow().get(0);
    SnapshotRequest ofAnother = new SnapshotRequest(
        request.from(), request.to(), request.fetch() + 1, request.atLeast(), 7, 1, 0, 100);
    download.onChunk(answer(ofAnother));
    SnapshotRequest toAnother = new SnapshotRequest(
        request.from(), new ReplicaId(3), request.fetch(), request.atLeast(), 7, 1, 0, 100);
    download.onChunk(answer(toAnother));
    SnapshotId other = new SnapshotId(offered.id().last(), 8);
    download.onChunk(
        SnapshotChunk.part(request, other, CONTENT.length, answer(request).bytes()));
    rig.time.runFor(10 * MILLIS);
    assertThat(requests()).as("nothing was stored").isEmpty();
    assertThat(ends).isEmpty();
  }

  @Test
  void aSnapshotThatIsGoneEndsIt() throws IOException {
    SnapshotRequest first = requests().get(0);
    download.onChunk(answer(first));
    rig.time.runFor(10 * MILLIS);
    download.onChunk(SnapshotChunk.without(first, Status.GONE));
    assertThat(ends).as("that was said of no snapshot in particular").isEmpty();
    download.onChunk(SnapshotChunk.without(requests().get(0), Status.GONE));
    assertThat(ends).containsExactly("it has no such snapshot, or not any more");
  }

  @Test
  void anOlderSnapshotThanWasAskedForIsNotTaken() throws IOException {
    requests();
    download = begin(OTHER, 21);
    answerAll(requests());
    assertThat(ends).containsExactly("what it sent is not the snapshot that was asked for");
  }

  /** Trap 41: it would take the place of a newer state. */
  @Test
  void trap41_oneThatIsNotNewerThanWhatIsHereIsNotFetched() throws IOException {
    SnapshotManifest newer = rig.save(30, CONTENT);
    List<String> before = rig.folder.list();
    answerAll(requests());
    assertThat(ends).containsExactly("was here: " + newer.id());
    assertThat(requests()).isEmpty();
    assertThat(rig.folder.list()).isEqualTo(before);
    assertThat(rig.archive.newest()).isEqualTo(newer);
  }

  /** The end of a fetch that was given up: it is durable, and the core has not heard of it. */
  @Test
  void whatIsHereAlreadyIsNotFetchedAgain() throws IOException {
    List<SnapshotRequest> window = firstWindow();
    while (window.get(window.size() - 1).offset() < CONTENT.length - SnapshotRig.CHUNK_BYTES) {
      answerAll(window);
      window = requests();
    }
    for (SnapshotRequest request : window) {
      download.onChunk(answer(request));
    }
    // The last chunk is stored, and its being read again is begun.
    rig.time.runUntil(
        () -> download.phase() == SnapshotStatus.Fetching.Phase.VERIFYING, 10 * SECONDS);
    download.cancel();
    download = begin(OTHER, 20);
    answerAll(requests());
    assertThat(ends).containsExactly("was here: " + offered.id());
    assertThat(rig.newestContent()).isEqualTo(CONTENT);
    ends.clear();
    download = begin(OTHER, 19);
    assertThat(ends).as("the source needn't be asked").containsExactly("was here: " + offered.id());
    assertThat(requests()).isEmpty();
  }

  @Test
  void aManifestThatIsNoneEndsIt() throws IOException {
    SnapshotRequest request = requests().get(0);
    byte[] nonsense = new byte[40];
    download.onChunk(SnapshotChunk.part(request, offered.id(), nonsense.length, nonsense));
    rig.time.runFor(10 * MILLIS);
    assertThat(ends).hasSize(1);
  }

  @Test
  void aManifestMayComeInParts() throws IOException {
    byte[] encoded = offered.encode();
    for (int from = 0; from < encoded.length; from += 30) {
      SnapshotRequest request = requests().get(0);
      assertThat(request.offset()).isEqualTo(from);
      byte[] part = Arrays.copyOfRange(encoded, from, Math.min(encoded.length, from + 30));
      SnapshotChunk chunk = SnapshotChunk.part(request, offered.id(), encoded.length, part);
      download.onChunk(chunk);
      download.onChunk(chunk);
    }
    rig.time.runFor(10 * MILLIS);
    assertThat(requests()).hasSize(WINDOW);
  }

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
    assertThat(download.receivedBytes()).isEqualTo(3 * SnapshotRig.CHUNK_BYTES);
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
    assertThat(ends).isEmpty();
    stepForSeconds(30);
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

  /** Else the source would close it after a minute, and delete it if there is a newer one. */
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
    while (new SnapshotDownloadTest().endsOnceAndIsDoneAgain(step)) {
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

  private void fetchAll() throws IOException {
    for (List<SnapshotRequest> more = requests(); !more.isEmpty(); more = requests()) {
      answerAll(more);
    }
  }

  @Test
  void aSourceOfWhichNobodyKnowsWhereItIsCanNotBeAsked() {
    begin(new ReplicaId(99), 20);
    assertThat(ends).containsExactly("nobody has said on which host it is");
  }
}
