package io.github.balsaraft;

import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.node.HostRuntime;
import io.github.balsaraft.node.ThreadedEnvironment;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.SnapshotStore;
import io.github.balsaraft.transport.Transport;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the groups of one process share: an identity, a log store with one durable writer, a transport and a few threads. It
 * carries any number of groups; an application with a single one never needs to see it.
 *
 * <p>All methods may be called from any thread.
 */
public final class RaftHost implements AutoCloseable {

  private final HostId id;
  private final HostRuntime runtime;

  private RaftHost(HostId id, HostRuntime runtime) {
    this.id = id;
    this.runtime = runtime;
  }

  /** Starts building a host. */
  public static Builder builder() {
    return new Builder();
  }

  /** The stable name of this host. */
  public HostId id() {
    return id;
  }

  /** Starts building this host's replica of a group. */
  public GroupBuilder group(GroupId group) {
    return new GroupBuilder(group, this);
  }

  HostRuntime runtime() {
    return runtime;
  }

  /**
   * Closes all groups, the transport and the log store. Closing twice does nothing.
   *
   * <p>Waits for the state machines and for the disk, but no longer than {@link Builder#closeTimeout} and a moment. What hangs is
   * then named in one line of the log, everybody who waits for a future is told how things stand, and the rest goes on in the
   * background, on threads that don't keep the process alive. The log store is never closed while it may be in use: it is closed
   * once the last thread that hung has come back, and until then can't be opened again.
   *
   * <p>If the caller is interrupted, it returns at once with its interrupt flag set; if it is a callback of one of the nodes, it
   * returns at once too. Closing goes on in the background.
   */
  @Override
  public void close() {
    runtime.close();
  }

  /**
   * Closes without a pause for the other hosts: every group that this host leads hands leadership over first, all at the same time. See
   * {@link RaftNode#close(Duration)}. Then as {@link #close()}, which may be called meanwhile and doesn't wait for the handover.
   *
   * @param handover how long handing over may take beside the close timeout
   */
  public void close(Duration handover) {
    runtime.close(handover);
  }

  /** Collects what a host is made of. Not thread-safe. */
  public static final class Builder {

    private @Nullable HostId id;
    private @Nullable LogStore logStore;
    private @Nullable SnapshotStore snapshotStore;
    private @Nullable Transport transport;
    private int mailboxThreads = 1;
    private int applyThreads = 1;
    private Duration closeTimeout = Duration.ofSeconds(10);

    private Builder() {}

    /** The stable name of this host, unique in the cluster, such as {@code n1}. */
    public Builder id(String name) {
      this.id = new HostId(name);
      return this;
    }

    /** Where the logs are kept. The host closes it. */
    public Builder logStore(LogStore store) {
      this.logStore = store;
      return this;
    }

    /**
     * Where the snapshots are kept. By default beside the log, where the log store knows such a place: with logs on RocksDB a folder
     * of their own, with those in memory in memory. The host closes it.
     */
    public Builder snapshots(SnapshotStore store) {
      this.snapshotStore = store;
      return this;
    }

    /** How the others are reached. The host closes it. */
    public Builder transport(Transport hostTransport) {
      this.transport = hostTransport;
      return this;
    }

    /**
     * How many threads run protocols and how many run state machines; by default one each, which suits one group. No
     * group needs a thread of its own; but a state machine that hangs takes one of the latter with it, and when none is left, all
     * groups here apply, read and call back nothing.
     */
    public Builder threads(int forMailboxes, int forApply) {
      if (forMailboxes < 1 || forApply < 1) {
        throw new IllegalArgumentException("at least one thread each");
      }
      this.mailboxThreads = forMailboxes;
      this.applyThreads = forApply;
      return this;
    }

    /**
     * How long {@link RaftHost#close} and {@link RaftNode#close} wait, at most, for a state machine, a callback or a disk that
     * hangs. Zero waits for none. Default 10 s.
     */
    public Builder closeTimeout(Duration timeout) {
      if (timeout.isNegative()) {
        throw new IllegalArgumentException("the close timeout can't be negative");
      }
      this.closeTimeout = timeout;
      return this;
    }

    HostId name() {
      HostId name = id;
      if (name == null) {
        throw new IllegalStateException("say who this is: id(...) is missing");
      }
      return name;
    }

    /**
     * Opens the log store and starts to listen.
     *
     * @throws IllegalStateException if something is missing; the message says what
     * @throws io.github.balsaraft.storage.LogStoreException if the log can't be opened, or it or the snapshots belong to another host
     * @throws io.github.balsaraft.transport.TransportException if the transport can't listen
     */
    public RaftHost start() {
      HostId name = name();
      LogStore store = logStore;
      Transport way = transport;
      if (store == null) {
        throw new IllegalStateException("say where the log is kept: logStore(...) is missing");
      }
      if (way == null) {
        throw new IllegalStateException(
            "say how the others are reached: transport(...) is missing");
      }
      ThreadedEnvironment environment =
          new ThreadedEnvironment(name.name(), mailboxThreads, applyThreads);
      try {
        return new RaftHost(
            name, new HostRuntime(name, store, snapshotStore, way, environment, closeTimeout));
      } catch (RuntimeException | Error e) {
        way.close();
        environment.shutdown().join();
        if (snapshotStore != null) {
          snapshotStore.close();
        }
        store.close();
        throw e;
      }
    }
  }
}
