package io.github.balsaraft.examples.kv.cli;

import io.github.balsaraft.examples.kv.client.RespClients;
import io.github.balsaraft.examples.kv.client.RespConnection;
import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.server.HostPort;
import io.github.balsaraft.examples.kv.state.Bytes;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** A connection to one of the servers. It goes where MOVED says, and connects anew when it has been lost. For one thread. */
final class CliConnection implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** A leader that is being looked for changes that often at most. */
  private static final int MAX_MOVES = 5;

  private final RespClients clients = new RespClients();
  private final List<HostPort> servers;
  private @Nullable RespConnection connection;
  private HostPort server;
  private boolean inTransaction;

  CliConnection(List<HostPort> servers) {
    this.servers = servers;
    this.server = servers.get(0);
  }

  /** Which server is asked. */
  HostPort server() {
    return server;
  }

  /** Whether MULTI has been said, and nothing that ends a transaction. */
  boolean isInTransaction() {
    return inTransaction;
  }

  /**
   * Sends a command and waits for the reply, however long that takes. It is sent once, but for being sent on by MOVED.
   *
   * @throws LostException if there is none
   */
  Reply call(List<Bytes> words) {
    String name = words.get(0).latin1();
    Reply reply = callHere(words);
    for (int i = 0; i < MAX_MOVES && !inTransaction; i++) {
      HostPort there = movedTo(reply);
      if (there == null) {
        break;
      }
      open(there);
      reply = callHere(words);
    }
    boolean failed = reply instanceof Reply.Failure;
    if (name.equalsIgnoreCase("multi")) {
      inTransaction |= !failed;
    } else if (name.equalsIgnoreCase("exec")) {
      // Whatever the reply: a transaction that can't be executed is discarded.
      inTransaction = false;
    } else if (name.equalsIgnoreCase("discard") || name.equalsIgnoreCase("reset")) {
      inTransaction &= failed;
    }
    return reply;
  }

  private static @Nullable HostPort movedTo(Reply reply) {
    if (!(reply instanceof Reply.Failure failure) || !failure.text().startsWith("MOVED ")) {
      return null;
    }
    try {
      return HostPort.parse(failure.text().substring(failure.text().lastIndexOf(' ') + 1));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private Reply callHere(List<Bytes> words) {
    RespConnection open = connection;
    if (open == null) {
      open = openAny();
    }
    try {
      return await(open.callBytes(words));
    } catch (LostException e) {
      drop();
      throw e;
    }
  }

  /** Connects to the server that was asked last, or else to the first one that can be reached. */
  private RespConnection openAny() {
    try {
      return open(server);
    } catch (LostException e) {
      LostException last = e;
      for (HostPort other : servers) {
        try {
          return open(other);
        } catch (LostException again) {
          last = again;
        }
      }
      throw last;
    }
  }

  private RespConnection open(HostPort there) {
    drop();
    RespConnection opened;
    try {
      opened = await(clients.connect(there, PATIENCE));
    } catch (LostException e) {
      throw new LostException("can't connect to " + there + ": " + e.getMessage(), e);
    }
    connection = opened;
    server = there;
    return opened;
  }

  private void drop() {
    RespConnection open = connection;
    connection = null;
    inTransaction = false;
    if (open != null) {
      open.close();
    }
  }

  private static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      throw new LostException(
          Objects.requireNonNullElseGet(cause.getMessage(), cause::toString), cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LostException("interrupted", e);
    }
  }

  @Override
  public void close() {
    drop();
    clients.close();
  }

  /** There is no reply. If a command was sent, it may have been executed. */
  static final class LostException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    LostException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
