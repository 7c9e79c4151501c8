package io.github.balsaraft.storage;

import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.SnapshotHeader;
import io.github.balsaraft.model.SnapshotId;
import io.github.balsaraft.model.SnapshotManifest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Snapshot stores of which each makes one mistake, made of the right one and of a folder that does less than it was asked for. */
final class MistakenSnapshots {

  private static final int CHUNK_BYTES = 64;

  /** What such a store does wrong. */
  enum Mistake {
    /** The files of a snapshot are never synced. */
    DOES_NOT_SYNC_FILES,
    /** The folder is never synced. */
    DOES_NOT_SYNC_NAMES,
    /** The manifest gets its name first, and the files are synced then. */
    SYNCS_TOO_LATE,
    /** A sync that has failed is tried again. */
    TRIES_SYNC_AGAIN,
    /** That a write has failed is not said. */
    SWALLOWS_FAILED_WRITES,
    /** What a killed process has left is taken for durable. */
    TRUSTS_NAMES,
    /** What an earlier receipt has left is taken for durable. */
    TRUSTS_WHAT_WAS_RECEIVED,
    /** The older snapshot goes when the next one begins. */
    DROPS_THE_OLDER_FIRST,
    /** What was deleted comes back. */
    KEEPS_WHAT_WAS_DELETED,
    /** A file that a crash has left ends everything. */
    STUMBLES_OVER_REMAINS,
    /** What is damaged is removed, as if its writing had been cut off. */
    REMOVES_WHAT_IS_DAMAGED,
    /** Chunks are handed out as they are. */
    IGNORES_CHECKSUMS
  }

  private MistakenSnapshots() {}

  static SnapshotStore store(SnapshotFolder folder, Mistake mistake) {
    return new MistakenStore(new MistakenFolder(folder, mistake), mistake);
  }

  private static final class MistakenStore extends FolderSnapshotStore {
    private final MistakenFolder files;
    private final Mistake mistake;

    MistakenStore(MistakenFolder files, Mistake mistake) {
      super(files, CHUNK_BYTES);
      this.files = files;
      this.mistake = mistake;
    }

    @Override
    public List<SnapshotManifest> recover(GroupId group) throws IOException {
      if (mistake == Mistake.STUMBLES_OVER_REMAINS
          && files.list().stream().anyMatch(SnapshotNames::isScratch)) {
        throw new IOException("there is something that doesn't belong here");
      }
      files.recovering = true;
      try {
        List<SnapshotManifest> found = super.recover(group);
        if (mistake == Mistake.REMOVES_WHAT_IS_DAMAGED) {
          for (Damaged damaged : super.damaged(group)) {
            super.delete(group, damaged.snapshot());
          }
        }
        return found;
      } finally {
        files.recovering = false;
      }
    }

    @Override
    public Draft create(GroupId group, SnapshotHeader header, long unique) throws IOException {
      if (mistake == Mistake.DROPS_THE_OLDER_FIRST) {
        for (SnapshotManifest older : recover(group)) {
          super.delete(group, older.id());
        }
      }
      return super.create(group, header, unique);
    }

    @Override
    public void delete(GroupId group, SnapshotId snapshot) throws IOException {
      if (mistake != Mistake.KEEPS_WHAT_WAS_DELETED) {
        super.delete(group, snapshot);
      }
    }

    @Override
    public Stored open(GroupId group, SnapshotId snapshot) throws IOException {
      Stored stored = super.open(group, snapshot);
      return mistake == Mistake.IGNORES_CHECKSUMS
          ? new Unverified(stored, files, SnapshotNames.stem(group, snapshot))
          : stored;
    }
  }

  /** Reads the files as they are. */
  private record Unverified(SnapshotStore.Stored stored, SnapshotFolder folder, String stem)
      implements SnapshotStore.Stored {

    @Override
    public SnapshotManifest manifest() {
      return stored.manifest();
    }

    @Override
    public byte[] chunk(int file, int chunk) throws IOException {
      return stored.chunk(file, chunk);
    }

    @Override
    public InputStream file(String name) throws IOException {
      int number = 0;
      while (!manifest().files().get(number).name().equals(name)) {
        number++;
      }
      try (SnapshotFolder.Opened file = folder.open(SnapshotNames.data(stem, number))) {
        byte[] bytes = new byte[(int) file.bytes()];
        file.read(0, bytes);
        return new ByteArrayInputStream(bytes);
      }
    }

    @Override
    public void close() throws IOException {
      stored.close();
    }
  }

  private static final class MistakenFolder extends ForwardedFolder {
    private final Mistake mistake;
    private final List<Appended> syncedLater = new ArrayList<>();
    private final Set<String> leftByReceipt = new HashSet<>();
    private boolean recovering;

    MistakenFolder(SnapshotFolder folder, Mistake mistake) {
      super(folder);
      this.mistake = mistake;
    }

    @Override
    public Appended create(String name) throws IOException {
      return new MistakenFile(name, super.create(name));
    }

    @Override
    public void rename(String from, String to) throws IOException {
      super.rename(from, to);
      if (to.equals(SnapshotNames.scratch(from))) {
        leftByReceipt.add(from);
      }
      if (mistake == Mistake.SYNCS_TOO_LATE) {
        super.sync();
        while (!syncedLater.isEmpty()) {
          syncedLater.remove(syncedLater.size() - 1).sync();
        }
      }
    }

    @Override
    public void sync() throws IOException {
      if (mistake == Mistake.DOES_NOT_SYNC_NAMES
          || (mistake == Mistake.TRUSTS_NAMES && recovering)) {
        return;
      }
      super.sync();
    }

    private final class MistakenFile implements Appended {
      private final Appended file;
      private final boolean isManifest;
      private final boolean wasThere;

      MistakenFile(String name, Appended file) {
        this.file = file;
        this.isManifest = SnapshotNames.isScratch(name);
        this.wasThere = leftByReceipt.contains(name);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
          file.write(bytes, offset, length);
        } catch (IOException e) {
          if (mistake != Mistake.SWALLOWS_FAILED_WRITES) {
            throw e;
          }
        }
      }

      @Override
      public void sync() throws IOException {
        switch (mistake) {
          case DOES_NOT_SYNC_FILES -> {}
          case TRUSTS_WHAT_WAS_RECEIVED -> {
            if (!wasThere) {
              file.sync();
            }
          }
          case SYNCS_TOO_LATE -> {
            if (isManifest) {
              file.sync();
            } else {
              syncedLater.add(file);
            }
          }
          case TRIES_SYNC_AGAIN -> {
            try {
              file.sync();
            } catch (IOException e) {
              file.sync();
            }
          }
          default -> file.sync();
        }
      }

      @Override
      public void close() throws IOException {
        if (mistake != Mistake.SYNCS_TOO_LATE) {
          file.close();
        }
      }
    }
  }
}
