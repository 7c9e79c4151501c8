package io.github.balsaraft.node;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.storage.RecoveredGroup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The starts of a host's groups, each of which is started once. A start may take long, for whole snapshots are read: so the host's lock is
 * taken to begin it and to end it, and not meanwhile. Guarded by that lock, unless a method says otherwise.
 */
final class GroupStarts {

  private final Map<GroupId, RecoveredGroup> recovered = new HashMap<>();
  private final Set<GroupId> started = new HashSet<>();

  /** Each with its end. */
  private final Map<GroupId, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();

  /** What the store held when the host was started. */
  void recovered(Map<GroupId, RecoveredGroup> groups) {
    recovered.putAll(groups);
  }

  /**
   * Nobody else may start the group, until this start has {@linkplain #ended ended}.
   *
   * @param maxMessageBytes what a message of the transport takes
   * @return what is stored of it; null if nothing is
   * @throws IllegalStateException if that is not known any more, somebody is starting it, or its entries fit into no message
   */
  @Nullable
  RecoveredGroup begin(GroupSettings settings, long maxMessageBytes) {
    GroupId group = settings.group();
    long largest = (long) settings.options().maxCommandBytes()
        + EntryBatch.HEADER_BYTES
        + Payloads.ENTRY_OVERHEAD_BYTES;
    if (largest > maxMessageBytes) {
      throw new IllegalStateException(
          "a command of maxCommandBytes, " + settings.options().maxCommandBytes()
              + ", does not fit into a message of the transport, which takes " + maxMessageBytes
              + " bytes; make one smaller or the other larger");
    }
    if (started.contains(group)) {
      // What the store held of it was read when the host started, and is out of date by now.
      throw new IllegalStateException(
          "group " + group + " was closed on this host; start the host anew to start it again");
    }
    if (underWay.putIfAbsent(group, new CompletableFuture<>()) != null) {
      throw new IllegalStateException("group " + group + " is being started already");
    }
    return recovered.get(group);
  }

  /** It runs. Until then what it was given may be refused, and then it is given something else. */
  void succeeded(GroupId group) {
    started.add(group);
    recovered.remove(group);
  }

  /** A start has come to its end, whichever. On any thread. */
  void ended(GroupId group) {
    CompletableFuture<Void> end = underWay.remove(group);
    if (end != null) {
      end.complete(null);
    }
  }

  /** The ends of those that are under way. On any thread. */
  List<CompletableFuture<Void>> ends() {
    return new ArrayList<>(underWay.values());
  }

  /** What is going on, for people. On any thread. */
  List<String> busyWith() {
    return underWay.keySet().stream()
        .map(group -> "group " + group + " is being started")
        .toList();
  }
}
