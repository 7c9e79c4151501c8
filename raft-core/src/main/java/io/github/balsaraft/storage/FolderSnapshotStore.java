package io.github.balsaraft.storage;

import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.model.SnapshotFile;
import io.github.balsaraft.model.SnapshotHeader;
import io.github.balsaraft.model.SnapshotId;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.model.UnknownFormatException;
import io.github.balsaraft.storage.SnapshotNames.Kind;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot store in a {@link SnapshotFolder}. The files of a snapshot are written and synced first; then its manifest, under
 * another name; then the folder. Giving the manifest its name is the step that brings the snapshot into being, and the folder is
 * synced once more. To delete one, its manifest goes first. So a manifest never tells of files that are not there.
 */
public class FolderSnapshotStore implements SnapshotStore {

  /** The size of chunks: what is verified and sent at a time. */
  public static final int DEFAULT_CHUNK_BYTES = 256 << 10;

  private static final int MAX_MANIFEST_BYTES = 1 << 30;

  /** This part of the room stays free, for a log on the same disk; but no more than so much. */
  private static final int SPARE_PART = 8;

  private static final long MOST_SPARE_BYTES = 64 << 20;

  private final SnapshotFolder folder;
  private final int chunkBytes;
  private volatile int mostChunkBytes = Integer.MAX_VALUE;

  // Guarded by this.
  private final Map<String, Integer> readers = new HashMap<>();
  private final Set<String> doomed = new HashSet<>();
  private final Map<GroupId, List<Damaged>> damaged = new HashMap<>();

  private volatile boolean closed;

  /**
   * A store in a folder.
   *
   * @param chunkBytes the size of chunks of snapshots that are written here, unless {@link #chunksOfAtMost} says less
   */
  public FolderSnapshotStore(SnapshotFolder folder, int chunkBytes) {
    this.folder = folder;
    this.chunkBytes = chunkBytes;
  }

  @Override
  public @Nullable HostRecord owner() throws IOException {
    requireOpen();
    try {
      return HostRecord.decode(readAll(SnapshotNames.OWNER));
    } catch (NoSuchFileException e) {
      return null;
    } catch (CorruptDataException e) {
      throw new CorruptDataException(SnapshotNames.OWNER
          + ", which says whose snapshots these are, is damaged: " + e.getMessage());
    } catch (UnknownFormatException e) {
      throw new IOException(
          SnapshotNames.OWNER
              + ", which says whose snapshots these are, was written by a newer version",
          e);
    }
  }

  @Override
  public void claim(HostRecord owner) throws IOException {
    requireOpen();
    String scratch = SnapshotNames.scratch(SnapshotNames.OWNER);
    writeSynced(scratch, owner.encode());
    folder.rename(scratch, SnapshotNames.OWNER);
    folder.sync();
  }

  @Override
  public List<SnapshotManifest> recover(GroupId group) throws IOException {
    List<String> names = new ArrayList<>(folder.list());
    names.removeIf(name -> !SnapshotNames.isOf(group, name));
    List<SnapshotManifest> complete = new ArrayList<>();
    List<Damaged> broken = new ArrayList<>();
    // A manifest that has its name has files: no crash has left them as they are if they are wrong.
    Set<String> named = new HashSet<>();
    Map<String, Long> receiving = new HashMap<>();
    for (String name : names) {
      String stem = SnapshotNames.stem(name);
      if (Kind.RECEIVING.isKindOf(name)) {
        SnapshotManifest manifest = readManifest(name);
        if (manifest != null && SnapshotNames.stem(group, manifest.id()).equals(stem)) {
          receiving.put(stem, manifest.header().last().index());
        }
      } else if (Kind.MANIFEST.isKindOf(name)) {
        named.add(stem);
        SnapshotId snapshot = SnapshotNames.snapshot(group, stem);
        if (snapshot != null) {
          sort(snapshot, name, complete, broken);
        }
      }
    }
    for (SnapshotManifest manifest : complete) {
      // Nobody fetches the rest of what a snapshot that is
      // here covers; its own files it may have from a fetch.
      long covered = manifest.header().last().index();
      receiving.values().removeIf(index -> index <= covered);
    }
    for (String name : names) {
      String stem = SnapshotNames.stem(name);
      boolean isKept = named.contains(stem) || receiving.containsKey(stem);
      if (!isKept || SnapshotNames.isScratch(name)) {
        folder.delete(name);
      }
    }
    // A crash may have come between giving a manifest its name and making that durable.
    folder.sync();
    complete.sort(Comparator.comparing(
            (SnapshotManifest manifest) -> manifest.header().last().index())
        .thenComparing(manifest -> manifest.header().takenInTerm())
        .reversed());
    synchronized (this) {
      damaged.put(group, broken);
    }
    return complete;
  }

  /** Puts a snapshot, whose manifest has this name, to one list or to the other. */
  private void sort(
      SnapshotId snapshot, String name, List<SnapshotManifest> complete, List<Damaged> broken)
      throws IOException {
    SnapshotManifest manifest = readManifest(name);
    String problem;
    if (manifest == null) {
      problem = "its manifest fails its checksum";
    } else if (!manifest.id().equals(snapshot)) {
      problem = "its manifest is that of another, " + manifest.id();
    } else {
      problem = problemWithFiles(SnapshotNames.stem(name), manifest);
    }
    if (manifest != null && problem == null) {
      complete.add(manifest);
    } else {
      broken.add(new Damaged(snapshot, String.valueOf(problem)));
    }
  }

  @Override
  public synchronized List<Damaged> damaged(GroupId group) {
    return List.copyOf(damaged.getOrDefault(group, List.of()));
  }

  /** Null if it is damaged, and so no manifest. */
  private @Nullable SnapshotManifest readManifest(String name) throws IOException {
    try {
      return SnapshotManifest.decode(readAll(name));
    } catch (CorruptDataException e) {
      return null;
    } catch (UnknownFormatException e) {
      throw new IOException("the snapshot " + name + " was written by a newer version", e);
    }
  }

  private byte[] readAll(String name) throws IOException {
    try (SnapshotFolder.Opened file = folder.open(name)) {
      long bytes = file.bytes();
      if (bytes > MAX_MANIFEST_BYTES) {
        throw new CorruptDataException(name + " has " + bytes + " bytes, which no manifest has");
      }
      byte[] content = new byte[(int) bytes];
      file.read(0, content);
      return content;
    }
  }

  /** Null if there is none that their lengths show. */
  private @Nullable String problemWithFiles(String stem, SnapshotManifest manifest)
      throws IOException {
    for (int file = 0; file < manifest.files().size(); file++) {
      SnapshotFile expected = manifest.files().get(file);
      try (SnapshotFolder.Opened opened = folder.open(SnapshotNames.data(stem, file))) {
        if (opened.bytes() != expected.bytes()) {
          return "its file " + expected + " has a length of " + opened.bytes();
        }
      } catch (NoSuchFileException e) {
        return "its file " + expected + " is missing";
      }
    }
    return null;
  }

  @Override
  public void chunksOfAtMost(int bytes) {
    mostChunkBytes = bytes;
  }

  @Override
  public Draft create(GroupId group, SnapshotHeader header, long unique) throws IOException {
    requireOpen();
    return new SnapshotDraft(this, group, header, unique, Math.min(chunkBytes, mostChunkBytes));
  }

  /** For how many more bytes there is room; {@link Long#MAX_VALUE} if that isn't known, or can't be found out. */
  long usableBytes() {
    try {
      return folder.usableBytes();
    } catch (IOException e) {
      // A disk that can't say it may have room all the same, and who writes finds out.
      return Long.MAX_VALUE;
    }
  }

  /** How much is to stay free beside so many bytes, or of them. */
  static long spare(long bytes) {
    return Math.min(MOST_SPARE_BYTES, bytes / SPARE_PART);
  }

  private static long withSpare(long bytes) {
    return bytes + spare(bytes);
  }

  /** Says so in one way, whoever finds it. */
  static IOException noRoom(String detail) {
    return new IOException("there is no room on the disk of the snapshots: " + detail);
  }

  @Override
  public Receipt receive(GroupId group, SnapshotManifest manifest) throws IOException {
    requireOpen();
    String stem = SnapshotNames.stem(group, manifest.id());
    byte[] encoded = manifest.encode();
    boolean known = false;
    for (String name : folder.list()) {
      if (SnapshotNames.isOf(group, name) && Kind.RECEIVING.isKindOf(name)) {
        if (SnapshotNames.stem(name).equals(stem) && Arrays.equals(readAll(name), encoded)) {
          known = true;
        } else {
          removeReceived(SnapshotNames.stem(name));
        }
      }
    }
    Part here = known ? partOf(stem, manifest) : new Part(0, 0);
    long needed = withSpare(here.bytesToTakeUp(manifest.bytes()));
    long usable = usableBytes();
    if (usable >= needed) {
      return SnapshotReceipt.begin(this, stem, manifest, known);
    }
    if (usable + here.bytes < withSpare(manifest.bytes())) {
      throw noRoom("about " + needed + " bytes are needed, and " + usable + " are free");
    }
    // It stands in its own way, and would do so for ever: without it all of it fits.
    removeReceived(stem);
    return SnapshotReceipt.begin(this, stem, manifest, false);
  }

  /** How much is here of a snapshot that is received, and how much of that in its largest file. */
  private record Part(long bytes, long ofLargest) {

    /** What of it is here is written anew, one file after the other, before the rest comes. */
    long bytesToTakeUp(long ofAll) {
      return Math.max(ofLargest, ofAll - bytes);
    }
  }

  private Part partOf(String stem, SnapshotManifest manifest) throws IOException {
    long here = 0;
    long largest = 0;
    for (int file = 0; file < manifest.files().size(); file++) {
      try (SnapshotFolder.Opened opened = folder.open(SnapshotNames.data(stem, file))) {
        here += opened.bytes();
        largest = Math.max(largest, opened.bytes());
      } catch (NoSuchFileException e) {
        // None of it has come.
      }
    }
    return new Part(here, largest);
  }

  @Override
  public @Nullable SnapshotManifest receivedInPart(GroupId group) throws IOException {
    requireOpen();
    for (String name : folder.list()) {
      if (SnapshotNames.isOf(group, name) && Kind.RECEIVING.isKindOf(name)) {
        SnapshotManifest manifest = readManifest(name);
        if (manifest != null) {
          return manifest;
        }
      }
    }
    return null;
  }

  /** What was received of a snapshot goes, and what this replica has of it under its own name stays. */
  void removeReceived(String stem) throws IOException {
    folder.delete(Kind.RECEIVING.name(stem));
    if (!folder.list().contains(Kind.MANIFEST.name(stem))) {
      removeData(stem);
    }
  }

  @Override
  public Stored open(GroupId group, SnapshotId snapshot) throws IOException {
    requireOpen();
    String stem = SnapshotNames.stem(group, snapshot);
    synchronized (this) {
      if (doomed.contains(stem)) {
        throw new NoSuchFileException(stem, null, "the snapshot is being deleted");
      }
      readers.merge(stem, 1, Integer::sum);
    }
    try {
      SnapshotManifest manifest = SnapshotManifest.decode(readAll(Kind.MANIFEST.name(stem)));
      return new StoredSnapshot(folder, stem, manifest, () -> released(stem));
    } catch (IOException | RuntimeException | Error e) {
      released(stem);
      throw e;
    }
  }

  private void released(String stem) throws IOException {
    boolean delete;
    synchronized (this) {
      Integer left = readers.computeIfPresent(stem, (key, count) -> count == 1 ? null : count - 1);
      delete = left == null && doomed.contains(stem);
    }
    if (delete) {
      removeComplete(stem);
    }
  }

  @Override
  public void delete(GroupId group, SnapshotId snapshot) throws IOException {
    String stem = SnapshotNames.stem(group, snapshot);
    synchronized (this) {
      damaged
          .getOrDefault(group, new ArrayList<>())
          .removeIf(one -> one.snapshot().equals(snapshot));
      doomed.add(stem);
      if (readers.containsKey(stem)) {
        return;
      }
    }
    removeComplete(stem);
  }

  private void removeComplete(String stem) throws IOException {
    folder.delete(Kind.MANIFEST.name(stem));
    folder.sync();
    removeData(stem);
    synchronized (this) {
      doomed.remove(stem);
    }
  }

  /** Removes the files that have this stem, but for manifests. */
  void removeData(String stem) throws IOException {
    for (String name : folder.list()) {
      if (SnapshotNames.stem(name).equals(stem)
          && !Kind.MANIFEST.isKindOf(name)
          && !Kind.RECEIVING.isKindOf(name)) {
        folder.delete(name);
      }
    }
  }

  /** Brings a snapshot into being whose files are synced. */
  void publish(String stem, SnapshotManifest manifest) throws IOException {
    synchronized (this) {
      // One of that name may have been deleted in vain.
      doomed.remove(stem);
    }
    String scratch = Kind.MANIFEST.scratch(stem);
    writeSynced(scratch, manifest.encode());
    folder.sync();
    folder.rename(scratch, Kind.MANIFEST.name(stem));
    folder.sync();
  }

  /** Writes a file as a whole. */
  void writeSynced(String name, byte[] content) throws IOException {
    try (SnapshotFolder.Appended file = folder.create(name)) {
      file.write(content, 0, content.length);
      file.sync();
    }
  }

  SnapshotFolder folder() {
    return folder;
  }

  void requireOpen() throws IOException {
    if (closed) {
      throw new IOException("the snapshot store is closed");
    }
  }

  @Override
  public void close() {
    closed = true;
  }

  /** A chunk with its checksum. */
  static int checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  /** Refuses a chunk that the manifest doesn't tell of. */
  static void verify(String what, SnapshotFile file, int chunk, byte[] bytes) {
    if (bytes.length != file.lengthOf(chunk)
        || checksum(bytes, bytes.length) != file.checksumOf(chunk)) {
      throw new CorruptDataException(
          "chunk " + chunk + " of " + file + " of the snapshot " + what + " fails its checksum");
    }
  }
}
