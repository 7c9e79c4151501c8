package io.github.balsaraft.testing.simulation.cluster;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.model.trace.TraceState;
import io.github.balsaraft.testing.simulation.world.Observer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the replicas have said of themselves, step by step: more than anybody in the cluster knows. */
public final class ClusterView implements Observer {

  private final Map<HostId, Replica> replicas = new TreeMap<>();
  private final TreeMap<Long, Configuration> everCommitted = new TreeMap<>();
  private final List<Consumer<HostId>> leaderListeners = new ArrayList<>();

  ClusterView() {}

  /** The latest of a host's replicas, whether its process runs or not; null if there never was one. */
  public @Nullable Replica replicaOn(HostId host) {
    return replicas.get(host);
  }

  /** The host whose running replica leads in the highest term; null if none does. */
  public @Nullable HostId leader() {
    HostId found = null;
    long term = 0;
    for (Map.Entry<HostId, Replica> entry : replicas.entrySet()) {
      Replica replica = entry.getValue();
      if (replica.running && replica.state.role() == Role.LEADER && replica.state.term() > term) {
        found = entry.getKey();
        term = replica.state.term();
      }
    }
    return found;
  }

  /** Told of each replica that begins to lead, while it does: not to be answered by anything before the next event. */
  public void onNewLeader(Consumer<HostId> listener) {
    leaderListeners.add(listener);
  }

  /** The highest index that any replica has known to be committed. */
  public long commitIndex() {
    long highest = 0;
    for (Replica replica : replicas.values()) {
      highest = Math.max(highest, replica.highestCommit);
    }
    return highest;
  }

  /** The newest configuration that is known to be committed; null if there is none. */
  public @Nullable Configuration committed() {
    Map.Entry<Long, Configuration> newest = newestCommitted();
    return newest == null ? null : newest.getValue();
  }

  private Map.@Nullable Entry<Long, Configuration> newestCommitted() {
    Map.Entry<Long, Configuration> newest = null;
    for (Replica replica : replicas.values()) {
      Map.Entry<Long, Configuration> here =
          replica.configurations.floorEntry(replica.highestCommit);
      if (here != null && (newest == null || here.getKey() > newest.getKey())) {
        newest = here;
      }
    }
    return newest;
  }

  /** All configurations that any replica has known to be committed while it held them, by their index. */
  public NavigableMap<Long, Configuration> everCommitted() {
    return Collections.unmodifiableNavigableMap(everCommitted);
  }

  /** The newest committed configuration, and all in any log that may take its place. */
  public List<Configuration> possible() {
    Map.Entry<Long, Configuration> committed = newestCommitted();
    List<Configuration> possible = new ArrayList<>();
    if (committed != null) {
      possible.add(committed.getValue());
      for (Replica replica : replicas.values()) {
        possible.addAll(
            replica.configurations.tailMap(committed.getKey(), false).values());
      }
    }
    return possible;
  }

  @Override
  public void onEnd(HostId host, int life, String how) {
    Replica replica = replicas.get(host);
    if (replica != null) {
      replica.running = false;
    }
  }

  @Override
  public void onNote(HostId host, String what) {
    Replica replica = replicas.get(host);
    if (replica != null && what.equals("wiped")) {
      replica.onDisk = false;
    }
  }

  @Override
  public void onStep(HostId host, int life, TraceEvent step) {
    ReplicaId id = step.header().replica();
    Replica replica = replicas.get(host);
    if (replica == null || !replica.id.equals(id)) {
      replica = new Replica(id, step.header().state());
      replicas.put(host, replica);
    }
    replica.running = true;
    boolean led = replica.state.role() == Role.LEADER;
    replica.state = step.header().state();
    replica.highestCommit = Math.max(replica.highestCommit, replica.state.commitIndex());
    if (!led && replica.state.role() == Role.LEADER) {
      leaderListeners.forEach(listener -> listener.accept(host));
    }
    if (step instanceof TraceEvent.Started started) {
      replica.configurations.clear();
      replica.configurations.putAll(started.configurations());
    } else if (step instanceof TraceEvent.ConfigurationAppended appended) {
      replica.configurations.put(appended.entry().index(), appended.configuration());
    } else if (step instanceof TraceEvent.Truncated truncated) {
      replica.configurations.tailMap(truncated.fromIndex(), true).clear();
    } else if (step instanceof TraceEvent.Installed installed) {
      replica.configurations.clear();
      replica.configurations.put(installed.configurationIndex(), installed.configuration());
    }
    noteCommitted(replica);
  }

  private void noteCommitted(Replica replica) {
    // What a replica recovers as committed it may have shown in an earlier life.
    NavigableMap<Long, Configuration> committed =
        replica.configurations.headMap(replica.state.commitIndex(), true);
    if (!committed.isEmpty() && committed.lastKey() > replica.notedUpTo) {
      everCommitted.putAll(committed.tailMap(replica.notedUpTo, false));
      replica.notedUpTo = committed.lastKey();
    }
  }

  /** What one replica has said. */
  public static final class Replica {
    private final ReplicaId id;
    private final TreeMap<Long, Configuration> configurations = new TreeMap<>();
    private TraceState state;
    private long highestCommit;
    private long notedUpTo;
    private boolean running;
    private boolean onDisk = true;

    Replica(ReplicaId id, TraceState state) {
      this.id = id;
      this.state = state;
    }

    public ReplicaId id() {
      return id;
    }

    /** Whether its host holds it; else the disk was replaced, and what is on the new one has not taken a step yet. */
    boolean isOnDisk() {
      return onDisk;
    }

    /** After its latest step. */
    public TraceState state() {
      return state;
    }

    /** The configurations in its log, the one in force last. */
    public Configuration configuration() {
      return configurations.isEmpty()
          ? Configuration.EMPTY
          : configurations.lastEntry().getValue();
    }
  }
}
