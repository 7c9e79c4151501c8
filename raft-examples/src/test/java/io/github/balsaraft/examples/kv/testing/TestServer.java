package io.github.balsaraft.examples.kv.testing;

import io.github.balsaraft.examples.kv.server.HostPort;
import io.github.balsaraft.examples.kv.server.KvServer;
import io.github.balsaraft.examples.kv.server.ServerSettings;
import io.github.balsaraft.examples.kv.state.KvStateMachine;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A server on a port that the system chose, in this process, with a {@link FakeBackend} behind it. */
public final class TestServer implements AutoCloseable {

  /** The longest value that it accepts. */
  public static final int MAX_VALUE_BYTES = 100_000;

  private static final Map<String, String> ADDRESSES =
      Map.of("n1", "127.0.0.1:7001", "n2", "127.0.0.1:7002", "n3", "127.0.0.1:7003");

  private final FakeBackend backend;
  private final KvServer server;

  private TestServer(FakeBackend backend, UnaryOperator<ServerSettings.Builder> change) {
    this.backend = backend;
    ServerSettings.Builder usual = ServerSettings.builder(
            new HostPort("127.0.0.1", 0), MAX_VALUE_BYTES)
        .clientAddresses(ADDRESSES);
    server = KvServer.listen(change.apply(usual).build());
    server.serve(backend, backend.state());
  }

  /** Starts one. */
  public static TestServer start() {
    return new TestServer(new FakeBackend(), settings -> settings);
  }

  /** Starts one with its state elsewhere than in memory. */
  public static TestServer start(KvStateMachine state) {
    return new TestServer(new FakeBackend(state), settings -> settings);
  }

  /** Starts one with its state elsewhere than in memory, and with other settings. */
  public static TestServer start(
      KvStateMachine state, UnaryOperator<ServerSettings.Builder> change) {
    return new TestServer(new FakeBackend(state), change);
  }

  /** Starts one that answers MOVED. */
  public static TestServer startRedirecting() {
    return new TestServer(new FakeBackend(), settings -> settings.redirect(true));
  }

  /** Starts one with other settings. */
  public static TestServer start(UnaryOperator<ServerSettings.Builder> change) {
    return new TestServer(new FakeBackend(), change);
  }

  /** What is behind it. */
  public FakeBackend backend() {
    return backend;
  }

  /** The server. */
  public KvServer server() {
    return server;
  }

  /** Connects to it. */
  public RespClient connect() {
    return new RespClient(server.port());
  }

  @Override
  public void close() {
    server.close();
    backend.close();
  }
}
