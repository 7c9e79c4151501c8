package io.github.balsaraft.examples.kv.command;

import java.net.SocketAddress;

/** What one connection has been told about itself. Changed on its event loop; other connections may look. */
public final class Session {

  private final long id;
  private final SocketAddress remote;
  private final SocketAddress local;
  private final long startedNanos;

  private volatile String name = "";
  private volatile String libraryName = "";
  private volatile String libraryVersion = "";
  private volatile boolean readOnly;
  private volatile boolean quitting;

  public Session(long id, SocketAddress remote, SocketAddress local, long nowNanos) {
    this.id = id;
    this.remote = remote;
    this.local = local;
    this.startedNanos = nowNanos;
  }

  /** Number of the connection, never used again while the server runs. */
  public long id() {
    return id;
  }

  /** Whether reads are answered from the local copy: between READONLY and READWRITE. */
  public boolean readOnly() {
    return readOnly;
  }

  /** Whether the client has said QUIT. */
  public boolean quitting() {
    return quitting;
  }

  String name() {
    return name;
  }

  void setName(String newName) {
    name = newName;
  }

  void setReadOnly(boolean nowReadOnly) {
    readOnly = nowReadOnly;
  }

  void setLibraryName(String newName) {
    libraryName = newName;
  }

  void setLibraryVersion(String newVersion) {
    libraryVersion = newVersion;
  }

  void quit() {
    quitting = true;
  }

  void reset() {
    name = "";
    readOnly = false;
  }

  /** One line of CLIENT LIST, with the fields of Redis that mean something here. */
  String describe(long nowNanos) {
    return "id=" + id
        + " addr=" + text(remote)
        + " laddr=" + text(local)
        + " name=" + name
        + " age=" + (nowNanos - startedNanos) / 1_000_000_000L
        + " flags=" + (readOnly ? "r" : "N")
        + " db=0 resp=2 user=default"
        + " lib-name=" + libraryName
        + " lib-ver=" + libraryVersion;
  }

  private static String text(SocketAddress address) {
    String text = address.toString();
    return text.substring(text.indexOf('/') + 1);
  }
}
