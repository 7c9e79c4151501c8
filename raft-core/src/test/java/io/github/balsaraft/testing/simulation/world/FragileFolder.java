package io.github.balsaraft.testing.simulation.world;

import io.github.balsaraft.storage.SnapshotFolder;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * A folder for snapshots, or for a state machine's state, on a disk that keeps no more than it has promised: when the power goes, what was not synced is lost or torn,
 * and what became of names since the folder was synced is undone, each for itself or not at all. It outlives the processes of its host.
 * It can be full, fail, and lose bits. What a failed sync has not made durable no later sync of the file does.
 */
public final class FragileFolder implements SnapshotFolder {

  /** How the name of a snapshot's manifest ends, which is given to it when everything else is there. */
  private static final String MANIFEST = ".manifest";

  private final Chance chance;

  /** What a process sees. */
  private final Map<String, Content> files = new TreeMap<>();

  /** What is certainly there after a power cut. */
  private final Map<String, Content> durable = new TreeMap<>();

  /** What became of names since the folder was synced, in the order in which it happened. */
  private final List<NameChange> unsynced = new ArrayList<>();

  private boolean full;
  private long operations;
  private long failingOperation = Long.MAX_VALUE;
  private long lastOperation = Long.MAX_VALUE;
  private boolean powerOffBehindManifest;
  private long failures;
  private long flips;
  private int spoiltSnapshots;
  private Consumer<Mishap> listener = mishap -> {};

  public FragileFolder(Chance chance) {
    this.chance = chance;
  }

  /** Another folder, with the same in it, of which as much is durable. */
  public FragileFolder copy(Chance ofTheCopy) {
    FragileFolder copy = new FragileFolder(ofTheCopy);
    // One file may be known by several names, and by none.
    IdentityHashMap<Content, Content> copies = new IdentityHashMap<>();
    files.forEach(
        (name, content) -> copy.files.put(name, copies.computeIfAbsent(content, Content::copy)));
    durable.forEach(
        (name, content) -> copy.durable.put(name, copies.computeIfAbsent(content, Content::copy)));
    for (NameChange change : unsynced) {
      Content content =
          change.content == null ? null : copies.computeIfAbsent(change.content, Content::copy);
      copy.unsynced.add(new NameChange(change.name, content, change.goneName));
    }
    return copy;
  }

  /** Something that was done to a name: it is another file's now, or nobody's. */
  private record NameChange(String name, Content content, String goneName) {}

  // ------------------------------------------------------------------ what goes wrong

  /** Somebody wants to hear of it. */
  void tell(Consumer<Mishap> newListener) {
    listener = newListener;
  }

  /** Whether nothing can be written for want of room. */
  public boolean isFull() {
    return full;
  }

  /** As long as it is full, nothing can be written. */
  public void full(boolean isFull) {
    full = isFull;
  }

  /** One of the operations that write fails: this one, counted from 0. It may have had its effect. */
  public void failOperation(long number) {
    failingOperation = operations + number;
  }

  /** So many operations that write are carried out, and then the power is off: all that follow throw, until {@link #powerCut}. */
  public void powerOffAfter(long number) {
    lastOperation = operations + number;
  }

  /** The power goes as soon as the next manifest has its name, before the folder is synced; as above in all else. */
  void powerOffBehindManifest() {
    powerOffBehindManifest = true;
  }

  /** How many operations that write there were. */
  public long operations() {
    return operations;
  }

  /** How many operations have failed, those without power left out. */
  public long failures() {
    return failures;
  }

  /** Whether a manifest was given its name, and that may be undone when the power goes. */
  boolean hasUnsyncedManifest() {
    return unsynced.stream()
        .anyMatch(change -> change.goneName != null && change.name.endsWith(MANIFEST));
  }

  /** Whether nobody has ever written anything. */
  public boolean isUnused() {
    return operations == 0;
  }

  /** No operation fails any more. */
  public void recover() {
    full = false;
    failingOperation = Long.MAX_VALUE;
  }

  /** The power goes, and comes back: what is there is what a process finds that starts now. */
  public void powerCut() {
    files.clear();
    files.putAll(durable);
    for (NameChange change : unsynced) {
      if (chance.happens(0.5)) {
        apply(files, change);
      }
    }
    unsynced.clear();
    for (Content content : files.values()) {
      content.loseUnsynced(chance);
    }
    durable.clear();
    durable.putAll(files);
    lastOperation = Long.MAX_VALUE;
    powerOffBehindManifest = false;
    recover();
  }

  /** The process is killed, and the power stays: everything it has done is seen by the next, and none of it is safer for that. */
  public void processKilled() {
    lastOperation = Long.MAX_VALUE;
    powerOffBehindManifest = false;
    failingOperation = Long.MAX_VALUE;
  }

  /** Everything is gone. */
  public void wipe() {
    files.clear();
    durable.clear();
    unsynced.clear();
    recover();
  }

  /**
   * A bit of a file changes by itself.
   *
   * @return false if there is none
   */
  public boolean flipABit() {
    List<Content> hit = withBytes();
    if (hit.isEmpty()) {
      return false;
    }
    Content content = chance.oneOf(hit);
    int place = chance.below(content.length);
    content.bytes[place] ^= (byte) (1 << chance.below(8));
    content.flipped.add(place);
    flips++;
    return true;
  }

  /**
   * A file loses its end by itself.
   *
   * @return false if there is none
   */
  public boolean cutAFile() {
    List<Content> hit = withBytes();
    if (hit.isEmpty()) {
      return false;
    }
    Content content = chance.oneOf(hit);
    content.length = chance.below(content.length);
    content.synced = Math.min(content.synced, content.length);
    return true;
  }

  /** Whether there is something for {@link #flipABit} to hit. */
  public boolean canBeDamaged() {
    return !withBytes().isEmpty();
  }

  private List<Content> withBytes() {
    return files.values().stream().filter(content -> content.length > 0).toList();
  }

  /** Whether a file is there of which a bit has changed, or may come back when the power goes. */
  public boolean isDamaged() {
    return files.values().stream().anyMatch(Content::isDamaged)
        || durable.values().stream().anyMatch(Content::isDamaged);
  }

  /** How many bits have changed. */
  public long flips() {
    return flips;
  }

  /** So many of the next snapshots lose a bit as soon as they have come into being. */
  public void spoilNext(int snapshots) {
    spoiltSnapshots = snapshots;
  }

  private void spoilFilesOf(String manifest) {
    String stem = manifest.substring(0, manifest.length() - MANIFEST.length());
    List<Content> hit = files.entrySet().stream()
        .filter(file -> file.getKey().startsWith(stem) && !file.getKey().equals(manifest))
        .map(Map.Entry::getValue)
        .filter(content -> content.length > 0)
        .toList();
    if (!hit.isEmpty()) {
      spoiltSnapshots--;
      hit.get(0).bytes[0] ^= 1;
    }
  }

  private static void apply(Map<String, Content> to, NameChange change) {
    if (change.goneName != null) {
      to.remove(change.goneName);
    }
    if (change.content == null) {
      to.remove(change.name);
    } else {
      to.put(change.name, change.content);
    }
  }

  /** Throws if it is this operation's turn to fail; sometimes after it has had its effect. */
  private void operation(boolean writes, Effect effect) throws IOException {
    operation(writes, Mishap.FILE_WRITE_FAILED, effect);
  }

  private void operation(boolean writes, Mishap ifItFails, Effect effect) throws IOException {
    if (operations >= lastOperation) {
      throw new IOException("the power is off");
    }
    long number = operations;
    if (writes) {
      operations++;
    }
    if (full && writes) {
      failures++;
      listener.accept(Mishap.DISK_FULL);
      throw new IOException("no space left on the device");
    }
    if (writes && number == failingOperation) {
      failingOperation = Long.MAX_VALUE;
      if (chance.happens(0.5)) {
        effect.happen();
      }
      failures++;
      listener.accept(ifItFails);
      throw new IOException("input/output error");
    }
    effect.happen();
  }

  /** As above, of what a full disk can do too. */
  private void withoutNewSpace(Mishap ifItFails, Effect effect) throws IOException {
    boolean wasFull = full;
    full = false;
    try {
      operation(true, ifItFails, effect);
    } finally {
      full = wasFull;
    }
  }

  private interface Effect {
    void happen() throws IOException;
  }

  // ------------------------------------------------------------------ the folder

  @Override
  public List<String> list() throws IOException {
    operation(false, () -> {});
    return List.copyOf(files.keySet());
  }

  @Override
  public Appended create(String name) throws IOException {
    Content content = new Content();
    operation(true, () -> change(new NameChange(name, content, null)));
    return new Writing(content);
  }

  private void change(NameChange change) {
    apply(files, change);
    unsynced.add(change);
  }

  @Override
  public Opened open(String name) throws IOException {
    operation(false, () -> {});
    return new Reading(name, find(name));
  }

  private Content find(String name) throws NoSuchFileException {
    Content content = files.get(name);
    if (content == null) {
      throw new NoSuchFileException(name);
    }
    return content;
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Content content = find(from);
    operation(true, () -> change(new NameChange(to, content, from)));
    if (powerOffBehindManifest && to.endsWith(MANIFEST)) {
      lastOperation = operations;
    }
    if (spoiltSnapshots > 0 && to.endsWith(MANIFEST)) {
      spoilFilesOf(to);
    }
  }

  @Override
  public void delete(String name) throws IOException {
    if (files.containsKey(name)) {
      withoutNewSpace(Mishap.FILE_WRITE_FAILED, () -> change(new NameChange(name, null, null)));
    }
  }

  @Override
  public void sync() throws IOException {
    withoutNewSpace(Mishap.FILE_SYNC_FAILED, () -> {
      unsynced.forEach(change -> apply(durable, change));
      unsynced.clear();
    });
  }

  /** The bytes of a file, whatever it is called. */
  private static final class Content {
    private byte[] bytes = new byte[64];
    private int length;
    private int synced;
    private boolean syncHasFailed;

    /** Where bits have changed by themselves. */
    private final NavigableSet<Integer> flipped = new TreeSet<>();

    Content copy() {
      Content copy = new Content();
      copy.bytes = bytes.clone();
      copy.length = length;
      copy.synced = synced;
      copy.syncHasFailed = syncHasFailed;
      copy.flipped.addAll(flipped);
      return copy;
    }

    boolean isDamaged() {
      return !flipped.isEmpty();
    }

    boolean isDamagedWithin(long from, long to) {
      Integer first = flipped.ceiling((int) from);
      return first != null && first < to;
    }

    void add(byte[] more, int offset, int count) {
      if (length + count > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(length + count, 2 * bytes.length));
      }
      System.arraycopy(more, offset, bytes, length, count);
      length += count;
    }

    /** Unless it has had its effect, the system believes from now on that there is nothing to do, whatever is missing. */
    void syncFailed() {
      syncHasFailed |= synced < length;
    }

    void sync() {
      if (!syncHasFailed) {
        synced = length;
      }
    }

    /** Of the end that was not synced a part is there, and of that part anything may be wrong: later pieces may be there without earlier ones. */
    void loseUnsynced(Chance chance) {
      if (length > synced) {
        int kept = (int) chance.between(synced, length);
        while (kept > synced && chance.happens(0.5)) {
          int hole = (int) chance.between(synced, kept - 1L);
          Arrays.fill(bytes, hole, (int) chance.between(hole + 1L, kept), (byte) 0);
        }
        length = kept;
        synced = kept;
        flipped.tailSet(kept, true).clear();
      }
      syncHasFailed = false;
    }
  }

  private final class Writing implements Appended {
    private final Content content;
    private boolean closed;

    Writing(Content content) {
      this.content = content;
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
      requireOpen();
      operation(true, () -> content.add(bytes, offset, count));
    }

    @Override
    public void sync() throws IOException {
      requireOpen();
      try {
        operation(true, Mishap.FILE_SYNC_FAILED, content::sync);
      } catch (IOException e) {
        content.syncFailed();
        throw e;
      }
    }

    private void requireOpen() throws IOException {
      if (closed) {
        throw new IOException("the file is closed");
      }
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private final class Reading implements Opened {
    private final String name;
    private final Content content;

    Reading(String name, Content content) {
      this.name = name;
      this.content = content;
    }

    @Override
    public long bytes() {
      return content.length;
    }

    @Override
    public void read(long position, byte[] into) throws IOException {
      operation(false, () -> {});
      if (content.isDamagedWithin(position, position + into.length)) {
        listener.accept(Mishap.FILE_DAMAGE_READ);
      }
      if (position + into.length > content.length) {
        throw new EOFException(name + " ends before byte " + (position + into.length));
      }
      System.arraycopy(content.bytes, (int) position, into, 0, into.length);
    }

    @Override
    public void close() {
      // Nothing to release.
    }
  }
}
