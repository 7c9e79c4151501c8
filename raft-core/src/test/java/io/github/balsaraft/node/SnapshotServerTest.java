package io.github.balsaraft.node;

import static io.github.balsaraft.node.SnapshotRig.OTHER;
import static io.github.balsaraft.node.SnapshotRig.SELF;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.SnapshotOptions;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.Message;
import io.github.balsaraft.model.SnapshotChunk;
import io.github.balsaraft.model.SnapshotChunk.Status;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.model.SnapshotRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SnapshotServerTest {

  private static final int LARGE_CHUNK_BYTES = 128 << 10;
  private static final byte[] CONTENT = "some state".getBytes(UTF_8);

  private SnapshotRig rig = new SnapshotRig(RaftOptions.defaults());
  private final List<String> events = new ArrayList<>();
  private boolean cannotTake;
  private boolean hasNewer = true;
  private Runnable onWantNewer = () -> {};
  private SnapshotServer server = serverOf(rig.archive);

  private SnapshotServer serverOf(SnapshotArchive archive) {
    return new SnapshotServer(
        rig.context,
        archive,
        () -> events.add("take one"),
        () -> {
          onWantNewer.run();
          return hasNewer && events.add("take a newer one");
        },
        () -> cannotTake,
        index -> events.add("unavailable up to " + index));
  }

  /** Eight chunks are a second's. */
  private void useLimit() {
    rig = new SnapshotRig(
        RaftOptions.builder()
            .snapshots(SnapshotOptions.builder().maxSendBytesPerSecond(1 << 20).build())
            .build(),
        LARGE_CHUNK_BYTES);
    server = serverOf(rig.archive);
  }

  private SnapshotRequest[] partsOf(SnapshotManifest manifest) {
    SnapshotRequest[] all = new SnapshotRequest[manifest.files().get(0).chunks()];
    for (int chunk = 0; chunk < all.length; chunk++) {
      all[chunk] = part(manifest, (long) manifest.chunkBytes() * chunk);
    }
    return all;
  }

  private static SnapshotRequest request(long unique, long atLeast, int file, long offset) {
    return new SnapshotRequest(
        OTHER, SELF, 5, new EntryId(3, atLeast), unique, file, offset, Integer.MAX_VALUE);
  }

  private static SnapshotRequest part(SnapshotManifest of, long offset) {
    return request(of.id().unique(), of.id().last().index(), 1, offset);
  }

  private List<SnapshotChunk> ask(SnapshotRequest... requests) {
    for (SnapshotRequest request : requests) {
      server.onRequest(request);
    }
    rig.time.runFor(10 * MILLIS);
    return sent();
  }

  private List<SnapshotChunk> sent() {
    List<SnapshotChunk> found = new ArrayList<>();
    for (Message message : rig.takeSent()) {
      found.add((SnapshotChunk) message);
    }
    return found;
  }

  @Test
  void givesTheNewestsManifestAndItsParts() throws IOException {
    SnapshotManifest manifest = rig.save(20, CONTENT);
    List<SnapshotChunk> chunks =
        ask(request(0, 15, SnapshotRequest.MANIFEST, 0), part(manifest, 4), part(manifest, 8));
    assertThat(chunks).hasSize(3).allMatch(SnapshotChunk::isIntact);
    assertThat(chunks.get(0).bytes()).isEqualTo(manifest.encode());
    assertThat(chunks.get(0).snapshot()).isEqualTo(manifest.id());
    assertThat(chunks.get(1).bytes()).isEqualTo(" sta".getBytes(UTF_8));
    assertThat(chunks.get(2).bytes()).as("the last is small").isEqualTo("te".getBytes(UTF_8));
  }

  /** The server asks once how much that is. */
  private void useTransportThatTakes(long bytes) {
    rig.transport.maxMessageBytes = bytes;
    server = serverOf(rig.archive);
  }

  @Test
  @DisplayName("a manifest is sent in parts that the transport takes")
  void manifestInSmallParts() throws IOException {
    useTransportThatTakes(1024 + 16);
    byte[] manifest = rig.save(20, CONTENT).encode();
    List<SnapshotChunk> chunks = ask(
        request(0, 15, SnapshotRequest.MANIFEST, 0), request(0, 15, SnapshotRequest.MANIFEST, 16));
    assertThat(chunks).hasSize(2);
    assertThat(chunks.get(0).bytes()).isEqualTo(Arrays.copyOf(manifest, 16));
    assertThat(chunks.get(1).bytes()).isEqualTo(Arrays.copyOfRange(manifest, 16, 32));
  }

  @Test
  @DisplayName("one whose chunks the transport doesn't take is not begun, and another is taken")
  void chunksThatDoNotFit() throws IOException {
    rig = new SnapshotRig(RaftOptions.defaults(), LARGE_CHUNK_BYTES);
    useTransportThatTakes(LARGE_CHUNK_BYTES);
    SnapshotManifest large = rig.save(20, new byte[2 * LARGE_CHUNK_BYTES]);
    assertThat(ask(request(0, 15, SnapshotRequest.MANIFEST, 0), part(large, 0)))
        .hasSize(2)
        .allMatch(chunk -> chunk.status() == Status.GONE);
    assertThat(events).as("it has more time than a request").containsExactly("take one");
    assertThat(rig.lines.lines("raise maxFrameBytes")).isNotEmpty();
    rig.save(30, CONTENT);
    assertThat(ask(request(0, 15, SnapshotRequest.MANIFEST, 0)))
        .singleElement()
        .matches(chunk -> chunk.status() == Status.PART);
    assertThat(ask(part(large, 0)))
        .as("to who has begun it")
        .singleElement()
        .matches(chunk -> chunk.status() == Status.GONE);
    assertThat(events).hasSize(1);
  }

  @Test
  void takesOneIfThereIsNoneThatReachesFarEnough() throws IOException {
    assertThat(ask(request(0, 15, SnapshotRequest.MANIFEST, 0)))
        .singleElement()
        .matches(chunk -> chunk.status() == Status.BEING_TAKEN);
    rig.save(14, CONTENT);
    assertThat(ask(request(0, 15, SnapshotRequest.MANIFEST, 0)))
        .singleElement()
        .matches(chunk -> chunk.status() == Status.BEING_TAKEN);
    assertThat(events).containsExactly("take a newer one", "take a newer one");
  }

  /** Or the member that asks would wait for ever, though another may have one. */
  @Test
  void whoCanNotTakeAnySaysSoAndGoesOnTrying() throws IOException {
    cannotTake = true;
    assertThat(ask(request(0, 15, SnapshotRequest.MANIFEST, 0)))
        .singleElement()
        .matches(chunk -> chunk.status() == Status.GONE);
    assertThat(events).containsExactly("take a newer one");
    rig.save(20, CONTENT);
    assertThat(ask(request(0, 15, SnapshotRequest.MANIFEST, 0)))
        .singleElement()
        .matches(chunk -> chunk.status() == Status.PART);
  }

  @Test
  @DisplayName("who has applied nothing since its last says that it has none, and takes none")
  void hasNoneThatReachesFarEnough() throws IOException {
    hasNewer = false;
    rig.save(14, CONTENT);
    assertThat(ask(request(0, 15, SnapshotRequest.MANIFEST, 0)))
        .singleElement()
        .matches(chunk -> chunk.status() == Status.GONE);
    assertThat(events).isEmpty();
  }

  /** In a group without writes nothing is applied since, so that there is no newer one. */
  @Test
  @DisplayName("the one that is asked for is given, if it comes while it is looked for")
  void givesOneThatComesMeanwhile() throws IOException {
    hasNewer = false;
    rig.save(14, CONTENT);
    SnapshotManifest taken = SnapshotRig.write(rig.store, 20, 120, CONTENT);
    onWantNewer = () -> rig.archive.saved(taken);
    assertThat(ask(request(0, 15, SnapshotRequest.MANIFEST, 0)))
        .singleElement()
        .satisfies(chunk -> {
          assertThat(chunk.status()).isEqualTo(Status.PART);
          assertThat(chunk.snapshot()).isEqualTo(taken.id());
        });
    assertThat(ask(request(0, 25, SnapshotRequest.MANIFEST, 0)))
        .as("what it doesn't hold is not looked for again and again")
        .singleElement()
        .matches(chunk -> chunk.status() == Status.GONE);
  }

  @Test
  void whoHasBegunOneThatIsGoneIsToldSo() throws IOException {
    rig.save(20, CONTENT);
    assertThat(ask(request(9, 15, 1, 0))).singleElement().satisfies(chunk -> {
      assertThat(chunk.status()).isEqualTo(Status.GONE);
      assertThat(chunk.snapshot().unique()).isEqualTo(9);
    });
    assertThat(events).isEmpty();
  }

  @Test
  void whatNoFetchAsksForIsNotAnswered() throws IOException {
    SnapshotManifest manifest = rig.save(20, CONTENT);
    long unique = manifest.id().unique();
    assertThat(ask(
            request(unique, 20, 2, 0),
            request(unique, 20, -1, 0),
            request(unique, 20, 1, -4),
            request(unique, 20, 1, 3),
            request(unique, 20, 1, 12),
            request(unique, 20, 1, Long.MAX_VALUE),
            request(unique, 20, SnapshotRequest.MANIFEST, -1),
            request(unique, 20, SnapshotRequest.MANIFEST, manifest.encode().length)))
        .isEmpty();
    assertThat(ask(part(manifest, 0))).as("and does no harm").hasSize(1);
  }

  @Test
  void oneThatSomebodyReadsStaysUntilNobodyHasAskedForLong() throws IOException {
    SnapshotManifest older = rig.save(20, CONTENT);
    ask(part(older, 0));
    rig.save(30, CONTENT);
    for (int question = 0; question < 5; question++) {
      rig.time.runFor(290 * SECONDS);
      assertThat(ask(part(older, 4)))
          .singleElement()
          .matches(chunk -> chunk.status() == Status.PART);
    }
    rig.time.runFor(601 * SECONDS);
    assertThat(rig.folder.list()).as("its files").noneMatch(name -> name.startsWith("g0-20-"));
    assertThat(ask(part(older, 4))).singleElement().matches(chunk -> chunk.status() == Status.GONE);
  }

  /** Somebody whose disk is at work with what it has needs no part of it for a while. */
  @Test
  void aQuestionThatHasNoAnswerKeepsItToo() throws IOException {
    SnapshotManifest older = rig.save(20, CONTENT);
    long unique = older.id().unique();
    ask(part(older, 0));
    rig.save(30, CONTENT);
    for (int question = 0; question < 5; question++) {
      rig.time.runFor(290 * SECONDS);
      assertThat(ask(request(unique, 20, SnapshotRequest.MANIFEST, older.encode().length)))
          .isEmpty();
    }
    assertThat(ask(part(older, 4))).singleElement().matches(chunk -> chunk.status() == Status.PART);
  }

  @Test
  void moreThanAFewAreNotKeptOpen() throws IOException {
    List<SnapshotManifest> all = new ArrayList<>();
    for (long index = 10; index <= 40; index += 10) {
      SnapshotManifest manifest = rig.save(index, CONTENT);
      all.add(manifest);
      ask(part(manifest, 0));
    }
    assertThat(ask(part(all.get(0), 4)))
        .singleElement()
        .matches(chunk -> chunk.status() == Status.GONE);
    assertThat(ask(part(all.get(1), 4)))
        .singleElement()
        .matches(chunk -> chunk.status() == Status.PART);
  }

  /** Trap 42: what can't be read can't be given, and the log that it stood for is gone. */
  @Test
  void trap42_aDamagedOneIsReportedAndAnotherIsTaken() throws IOException {
    SnapshotManifest manifest = rig.save(20, CONTENT);
    ask(part(manifest, 0));
    do {
      rig.folder.flipABit();
    } while (isIntact(manifest));
    List<SnapshotChunk> answers = ask(part(manifest, 0), part(manifest, 4), part(manifest, 8));
    assertThat(answers).anyMatch(chunk -> chunk.status() == Status.GONE);
    assertThat(events).contains("unavailable up to 20", "take one");
    assertThat(rig.lines.lines("can't be read, and it takes another")).isNotEmpty();
  }

  /** A disk that gives nothing for what it should hold is no better than one that gives something else. */
  @Test
  void trap42_oneThatCanNotBeReadIsReportedAndAnotherIsTaken() throws IOException {
    SnapshotManifest manifest = rig.save(20, CONTENT);
    for (String name : rig.folder.list()) {
      rig.folder.delete(name);
    }
    assertThat(ask(part(manifest, 0)))
        .singleElement()
        .satisfies(chunk -> assertThat(chunk.status()).isEqualTo(Status.GONE));
    assertThat(events).contains("unavailable up to 20", "take one");
    assertThat(rig.lines.lines("can't be read, and it takes another")).hasSize(1);
  }

  /** What is gone because a newer one has come is no damage, for which the log would be kept and one more be taken. */
  @Test
  void oneThatIsReplacedWhileItIsOpenedIsNotMissed() throws IOException {
    HookedSnapshots store = new HookedSnapshots(rig.store);
    SnapshotArchive archive = SnapshotArchive.open(
        SnapshotRig.GROUP, store, null, false, rig.environment, rig.context.log());
    SnapshotManifest first = SnapshotRig.write(rig.store, 20, 120, CONTENT);
    SnapshotManifest second = SnapshotRig.write(rig.store, 30, 130, CONTENT);
    archive.saved(first);
    store.beforeOpen = () -> {
      store.beforeOpen = () -> {};
      archive.saved(second);
    };
    server = serverOf(archive);
    assertThat(ask(request(0, 15, SnapshotRequest.MANIFEST, 0)))
        .singleElement()
        .satisfies(chunk -> {
          assertThat(chunk.status()).isEqualTo(Status.PART);
          assertThat(chunk.snapshot()).isEqualTo(second.id());
        });
    assertThat(events).isEmpty();
    assertThat(rig.lines.lines()).isEmpty();
  }

  private boolean isIntact(SnapshotManifest manifest) {
    try {
      rig.archive.verify(manifest, new ReadProgress(rig.environment));
      return true;
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  @Test
  void sendsNoFasterThanAllowed() throws IOException {
    useLimit();
    SnapshotManifest manifest = rig.save(20, new byte[32 * LARGE_CHUNK_BYTES]);
    int sent = ask(partsOf(manifest)).size();
    assertThat(sent).isBetween(1, 2);
    rig.time.runFor(2 * SECONDS);
    sent += sent().size();
    assertThat(sent).isBetween(16, 18);
    rig.time.runFor(3 * SECONDS);
    assertThat(sent + sent().size()).isEqualTo(32);
  }

  @Test
  void whatIsAboutToBeSentIsNotSentTwice() throws IOException {
    useLimit();
    SnapshotManifest manifest = rig.save(20, new byte[8 * LARGE_CHUNK_BYTES]);
    List<SnapshotChunk> chunks = new ArrayList<>();
    for (int round = 0; round < 5; round++) {
      chunks.addAll(ask(partsOf(manifest)));
    }
    rig.time.runFor(20 * SECONDS);
    chunks.addAll(sent());
    assertThat(chunks.stream()
            .filter(chunk -> chunk.offset() == 7 * LARGE_CHUNK_BYTES)
            .map(SnapshotChunk::status))
        .as("whoever asks again hears that it is on its way")
        .containsExactly(
            Status.BEING_TAKEN,
            Status.BEING_TAKEN,
            Status.BEING_TAKEN,
            Status.BEING_TAKEN,
            Status.PART);
  }

  /** Or a second member would not begin before the first is done, and take this one for gone. */
  @Test
  void whatIsSmallDoesNotWaitBehindTheParts() throws IOException {
    useLimit();
    SnapshotManifest manifest = rig.save(20, new byte[32 * LARGE_CHUNK_BYTES]);
    ask(partsOf(manifest));
    assertThat(ask(request(0, 15, SnapshotRequest.MANIFEST, 0)))
        .filteredOn(chunk -> chunk.file() == SnapshotRequest.MANIFEST)
        .singleElement()
        .matches(chunk -> chunk.status() == Status.PART);
    assertThat(ask(request(0, 25, SnapshotRequest.MANIFEST, 0), request(9, 15, 1, 0)))
        .extracting(SnapshotChunk::status)
        .contains(Status.BEING_TAKEN, Status.GONE);
  }

  @Test
  void moreRequestsThanItCanHoldAreDropped() throws IOException {
    SnapshotManifest manifest = rig.save(20, new byte[4000]);
    SnapshotRequest[] flood = new SnapshotRequest[1000];
    for (int chunk = 0; chunk < flood.length; chunk++) {
      flood[chunk] = part(manifest, 4L * chunk);
    }
    assertThat(ask(flood)).hasSizeBetween(200, 300);
    assertThat(ask(part(manifest, 3996))).as("it goes on").hasSize(1);
  }

  @Test
  void onceStoppedItSendsNothingAndHoldsNothingOpen() throws IOException {
    useLimit();
    SnapshotManifest older = rig.save(20, new byte[8 * LARGE_CHUNK_BYTES]);
    ask(partsOf(older));
    rig.save(30, CONTENT);
    server.stop();
    assertThat(ask(part(older, 0))).isEmpty();
    rig.time.runFor(30 * SECONDS);
    assertThat(sent()).as("not even what waited for its turn").isEmpty();
    assertThat(rig.folder.list()).noneMatch(name -> name.startsWith("g0-20-"));
  }
}
