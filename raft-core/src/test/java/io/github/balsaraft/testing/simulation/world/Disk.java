package io.github.balsaraft.testing.simulation.world;

import io.github.balsaraft.model.HardState;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogStoreException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The disk of one host: the bytes of its writes, one after the other. What a write has returned for is there after every
 * crash; of one that a crash has interrupted any part may be there, or all of it. It outlives the processes of the host.
 *
 * <p>Once a write has failed, those after it succeed, and nothing of them gets here: systems take what a sync could not write for
 * written, keep showing it, and a hole in the log costs all that is behind it. So it is until the next process {@linkplain #read reads}.
 */
public final class Disk {

  /** What becomes of a write that fails. */
  public enum Failure {
    /** Nothing of it is on the disk. */
    BEFORE,
    /** A part of it is. */
    TORN,
    /** All of it is, and nobody knows. */
    AFTER
  }

  private final Chance chance;
  private final List<byte[]> writes = new ArrayList<>();
  private Failure failure = Failure.BEFORE;
  private int untilFailure;

  /** Since then the system takes what waits for the disk for written. */
  private boolean syncHasFailed;

  private boolean full;
  private long untilPowerless = Long.MAX_VALUE;
  private boolean damaged;

  /** Writes of whose term and vote a bit has changed, counted from 0. */
  private final Set<Integer> damagedHardStates = new TreeSet<>();

  private Consumer<Mishap> listener = mishap -> {};

  /** An empty disk, whose failures are drawn from a stream of their own. */
  public Disk(Chance chance) {
    this.chance = chance;
  }

  /** Another disk with the same bytes on it. */
  public Disk copy(Chance ofTheCopy) {
    Disk copy = new Disk(ofTheCopy);
    writes.forEach(write -> copy.writes.add(write.clone()));
    copy.damaged = damaged;
    copy.damagedHardStates.addAll(damagedHardStates);
    return copy;
  }

  /** Somebody wants to hear what goes wrong. */
  void tell(Consumer<Mishap> newListener) {
    listener = newListener;
  }

  /** The next write fails. */
  public void failNextWrite(Failure how) {
    failWrite(1, how);
  }

  /** The n-th write from now on fails, where 1 is the next; it takes the place of one that was asked for before. */
  public void failWrite(int n, Failure how) {
    if (n < 1) {
      throw new IllegalArgumentException("writes are counted from 1: " + n);
    }
    untilFailure = n;
    failure = how;
  }

  /** As long as it is full, every write fails. */
  public void full(boolean isFull) {
    full = isFull;
  }

  /** Whether every write fails for want of room. */
  public boolean isFull() {
    return full;
  }

  /** A write that was asked to fail has not come yet, and will not fail any more; and there is room. */
  public void recover() {
    untilFailure = 0;
    full = false;
  }

  /** Everything is gone. */
  public void wipe() {
    writes.clear();
    damaged = false;
    syncHasFailed = false;
    damagedHardStates.clear();
    recover();
  }

  /** Whether stored bytes have changed by themselves, so that something that was durable is not any more. */
  public boolean isDamaged() {
    return damaged;
  }

  /**
   * Whether there is something for {@link #flipABit} to hit: in the latest write damage can't be told from a write that a crash
   * has interrupted.
   */
  public boolean canBeDamaged() {
    return writes.size() > 1;
  }

  /**
   * A bit of what was written before the latest write changes by itself.
   *
   * @return whether it {@linkplain #canBeDamaged can}
   */
  public boolean flipABit() {
    if (!canBeDamaged()) {
      return false;
    }
    byte[] hit = writes.get(chance.below(writes.size() - 1));
    hit[chance.below(hit.length)] ^= (byte) (1 << chance.below(8));
    damaged = true;
    return true;
  }

  /** Whether there is something for {@link #flipABitOfTheHardState} to hit. */
  public boolean holdsHardState() {
    return hardStateWrite() >= 0;
  }

  /**
   * A bit of the newest term and vote that were written before the latest write changes by itself.
   *
   * @return whether there are any
   */
  public boolean flipABitOfTheHardState() {
    int hit = hardStateWrite();
    if (hit < 0) {
      return false;
    }
    byte[] write = writes.get(hit);
    byte[] hardState = Objects.requireNonNull(hardStateIn(write));
    int at = Collections.indexOfSubList(bytes(write), bytes(hardState));
    write[at + chance.below(hardState.length)] ^= (byte) (1 << chance.below(8));
    damaged = true;
    damagedHardStates.add(hit);
    return true;
  }

  /** Which write it is; -1 if none is, or one is damaged already. */
  private int hardStateWrite() {
    for (int i = writes.size() - 2; i >= 0 && StoredWrite.isIntact(writes.get(i), i + 1L); i--) {
      if (hardStateIn(writes.get(i)) != null) {
        return i;
      }
    }
    return -1;
  }

  private static byte @Nullable [] hardStateIn(byte[] write) {
    for (GroupWrite group : StoredWrite.decode(write).groups()) {
      HardState hardState = group.hardState();
      if (hardState != null) {
        return hardState.encode();
      }
    }
    return null;
  }

  private static List<Byte> bytes(byte[] array) {
    List<Byte> bytes = new ArrayList<>();
    for (byte one : array) {
      bytes.add(one);
    }
    return bytes;
  }

  /** The number of the first write that is not what it was, from 1; 0 if there is none that a crash can't have left like that. */
  public int firstDamagedWrite() {
    for (int i = 0; i < writes.size() - 1; i++) {
      if (!StoredWrite.isIntact(writes.get(i), i + 1L)) {
        return i + 1;
      }
    }
    return 0;
  }

  /** So many writes come to their end, and then and until {@link #powerOn} none does: a part of the first may be on the disk. */
  void powerOffAfter(int moreWrites) {
    untilPowerless = moreWrites;
  }

  /** What was there when the power went is what is there. */
  void powerOn() {
    untilPowerless = Long.MAX_VALUE;
  }

  long nextNumber() {
    return writes.size() + 1L;
  }

  /** Stores a write, in so many bytes, unless an earlier one has failed. */
  void append(byte[] write) {
    if (untilPowerless == 0) {
      // Any part, and in particular often all of it or nothing.
      Failure how = chance.oneOf(List.of(Failure.values()));
      appendSome(write, how);
      if (how == Failure.TORN) {
        listener.accept(Mishap.WRITE_TORN_BY_CRASH);
      }
      throw new LogStoreException("the process was killed while it wrote");
    }
    if (untilPowerless < Long.MAX_VALUE) {
      untilPowerless--;
    }
    if (full) {
      listener.accept(Mishap.DISK_FULL);
      throw new LogStoreException("no space left on the device");
    }
    if (syncHasFailed) {
      return;
    }
    if (untilFailure == 0 || --untilFailure > 0) {
      writes.add(write);
      return;
    }
    syncHasFailed = true;
    appendSome(write, failure);
    listener.accept(
        switch (failure) {
          case BEFORE -> Mishap.WRITE_FAILED;
          case TORN -> Mishap.WRITE_TORN;
          case AFTER -> Mishap.SYNC_FAILED;
        });
    throw new LogStoreException("input/output error");
  }

  private void appendSome(byte[] write, Failure how) {
    switch (how) {
      case BEFORE -> {
        // Nothing is stored.
      }
      case TORN -> writes.add(torn(write));
      case AFTER -> writes.add(write);
    }
  }

  /** Either the end is missing, or a piece within: the parts of a write don't reach a disk in their order. */
  private byte[] torn(byte[] write) {
    int from = chance.below(write.length);
    if (chance.happens(0.5)) {
      byte[] beginning = new byte[from];
      System.arraycopy(write, 0, beginning, 0, from);
      return beginning;
    }
    byte[] holed = write.clone();
    int to = (int) chance.between(from, write.length - 1L);
    for (int i = from; i <= to; i++) {
      holed[i] = (byte) ~holed[i];
    }
    return holed;
  }

  /** Somebody has read bytes that are not what they were. */
  void damageIsFound() {
    listener.accept(Mishap.DAMAGE_FOUND);
  }

  /**
   * What is there, the very bytes, so that a bit that changes later changes for who holds them, too. The latest is left out, and
   * forgotten, if it was interrupted. A process begins with this, and no cache of an earlier one is there any more.
   *
   * @throws LogStoreException if others are not what they were
   */
  List<byte[]> read() {
    syncHasFailed = false;
    List<byte[]> intact = new ArrayList<>(writes.size());
    for (int i = 0; i < writes.size(); i++) {
      byte[] write = writes.get(i);
      if (!StoredWrite.isIntact(write, i + 1L)) {
        if (i < writes.size() - 1) {
          listener.accept(
              damagedHardStates.contains(i) ? Mishap.HARD_STATE_DAMAGE_FOUND : Mishap.DAMAGE_FOUND);
          throw new LogStoreException("write " + (i + 1) + " of " + writes.size()
              + " is damaged: give this host a new, empty folder and let it join anew");
        }
        writes.remove(i);
      } else {
        intact.add(write);
      }
    }
    return intact;
  }
}
