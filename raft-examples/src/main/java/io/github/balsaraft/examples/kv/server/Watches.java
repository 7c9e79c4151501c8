package io.github.balsaraft.examples.kv.server;

import io.github.balsaraft.examples.kv.state.Bytes;
import io.github.balsaraft.examples.kv.state.Transaction.Watched;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The keys that the next transaction of a connection depends on. Lives on its event loop. */
final class Watches {

  private final Map<Bytes, Long> versions = new LinkedHashMap<>();
  private boolean used;
  private boolean broken;
  private int heldBytes;

  /** A WATCH has been received; its versions are known later. */
  void expect(int bytes) {
    used = true;
    heldBytes += bytes;
  }

  /** Whether there has been any WATCH. */
  boolean isUsed() {
    return used;
  }

  /** What its commands have taken from the memory budget. */
  int heldBytes() {
    return heldBytes;
  }

  /** A key has this version. What was known of it before counts: it may have changed since. */
  void add(Bytes key, long version) {
    versions.putIfAbsent(key, version);
  }

  /** The versions could not be found out. */
  void fail() {
    used = true;
    broken = true;
  }

  /** Whether something is to be watched whose version nobody knows. */
  boolean isBroken() {
    return broken;
  }

  List<Watched> all() {
    List<Watched> all = new ArrayList<>(versions.size());
    versions.forEach((key, version) -> all.add(new Watched(key, version)));
    return all;
  }
}
