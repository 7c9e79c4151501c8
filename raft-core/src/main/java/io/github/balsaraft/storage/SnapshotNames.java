package io.github.balsaraft.storage;

import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.SnapshotId;
import org.jspecify.annotations.Nullable;

/**
 * The names of the files of snapshots: {@code g<group>-<index>-<term>-<unique>}, which is the same for all files of a snapshot, a
 * dot, and what it is: a number for a file of the application's, by its place in the manifest, or a {@link Kind}.
 */
final class SnapshotNames {

  /** What a file is that is not the application's. */
  enum Kind {
    /** The manifest of a snapshot that is complete. */
    MANIFEST("manifest"),
    /** The manifest of one that is being received. */
    RECEIVING("receiving");

    private final String ending;

    Kind(String ending) {
      this.ending = ending;
    }

    String name(String stem) {
      return stem + "." + ending;
    }

    /** The name until the file is complete. */
    String scratch(String stem) {
      return name(stem) + SCRATCH;
    }

    boolean isKindOf(String name) {
      return name.endsWith("." + ending);
    }
  }

  /** Holds the record of the host whose snapshots are in the folder. */
  static final String OWNER = "balsa-snapshots.host";

  private static final String SCRATCH = ".new";

  private SnapshotNames() {}

  static String stem(GroupId group, SnapshotId snapshot) {
    return prefix(group) + snapshot.last().index() + "-" + snapshot.last().term() + "-"
        + Long.toHexString(snapshot.unique());
  }

  /** Which snapshot the files of a stem belong to; null if no stem is written like that. */
  static @Nullable SnapshotId snapshot(GroupId group, String stem) {
    String[] parts = stem.substring(prefix(group).length()).split("-", -1);
    try {
      SnapshotId snapshot = parts.length != 3
          ? null
          : new SnapshotId(
              new EntryId(Long.parseLong(parts[1]), Long.parseLong(parts[0])),
              Long.parseUnsignedLong(parts[2], 16));
      return snapshot != null && stem(group, snapshot).equals(stem) ? snapshot : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static String prefix(GroupId group) {
    return "g" + group.value() + "-";
  }

  /** The part that the files of one snapshot share. */
  static String stem(String name) {
    int dot = name.indexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }

  static String data(String stem, int file) {
    return stem + "." + file;
  }

  /** The name of a file until it is complete, or until another has taken its place. */
  static String scratch(String name) {
    return name + SCRATCH;
  }

  static boolean isScratch(String name) {
    return name.endsWith(SCRATCH);
  }

  static boolean isOf(GroupId group, String name) {
    return name.startsWith(prefix(group));
  }
}
