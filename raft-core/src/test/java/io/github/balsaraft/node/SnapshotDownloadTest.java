package io.github.balsaraft.node;

import static io.github.balsaraft.node.SnapshotRig.OTHER;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.SnapshotStatus;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.SnapshotChunk;
import io.github.balsaraft.model.SnapshotChunk.Status;
import io.github.balsaraft.model.SnapshotId;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.model.SnapshotRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is asked of the source of a snapshot, and what is made of its answers. */
class SnapshotDownloadTest extends SnapshotDownloads {

  SnapshotDownloadTest() throws IOException {}

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
    assertThat(download.progressNanos())
        .as("its disk may hang: what is promised is no progress")
        .isEqualTo(download.beginNanos());
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
  void aSourceOfWhichNobodyKnowsWhereItIsCanNotBeAsked() {
    begin(new ReplicaId(99), 20);
    assertThat(ends).containsExactly("nobody has said on which host it is");
  }
}
