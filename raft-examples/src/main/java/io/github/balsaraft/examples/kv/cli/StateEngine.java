package io.github.balsaraft.examples.kv.cli;

import io.github.balsaraft.examples.kv.state.KvStateMachine;
import io.github.balsaraft.examples.kv.state.OnDiskKvStateMachine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Deque;

/** Where a server has its state. */
enum StateEngine {
  /** In memory: fast, and as large as that. Built anew at a start, from the last snapshot and the log after it. */
  MEMORY("memory"),
  /** In a database beside the log: as large as the disk, and there at a start. */
  ROCKSDB("rocksdb");

  private static final String FOLDER = "state";

  /** How long a server that stops waits for a snapshot to be restored, or whatever else its disk is about. */
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  private final String engineName;

  StateEngine(String engineName) {
    this.engineName = engineName;
  }

  /** What it is called on a command line. */
  String word() {
    return engineName;
  }

  static StateEngine ofName(String name) {
    for (StateEngine engine : values()) {
      if (engine.engineName.equals(name)) {
        return engine;
      }
    }
    throw new IllegalArgumentException(
        "no engine is called " + name + ": there are memory and rocksdb");
  }

  /**
   * Opens the state.
   *
   * @param data the folder of the server
   * @param opened gets what is to be closed after the node
   */
  KvStateMachine open(Path data, Deque<AutoCloseable> opened) {
    return open(data, opened, CLOSE_PATIENCE);
  }

  /** As above, with another patience at the end. */
  KvStateMachine open(Path data, Deque<AutoCloseable> opened, Duration closePatience) {
    if (this == MEMORY) {
      return new KvStateMachine();
    }
    OnDiskKvStateMachine state = OnDiskKvStateMachine.open(data.resolve(FOLDER));
    opened.push(new PatientClose("the state", state, closePatience));
    return state;
  }
}
