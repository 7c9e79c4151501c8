package io.github.balsaraft.transport.netty;

import com.google.protobuf.ByteString;
import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientAnswer;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientRequest;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientWelcome;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A member that welcomes clients, and answers them as the test says. */
final class FakeMember {

  private final ServerSocket server;
  private final ClusterIdentity cluster;
  private final Function<ClientRequest, ClientAnswer.@Nullable Builder> answers;
  private volatile @Nullable Socket client;
  private final List<ClientRequest> asked = new CopyOnWriteArrayList<>();

  /**
   * @param server ends it when it is closed
   * @param answers null for no answer
   */
  FakeMember(ServerSocket server, Function<ClientRequest, ClientAnswer.@Nullable Builder> answers) {
    this(server, new ClusterIdentity(7, 1), answers);
  }

  FakeMember(
      ServerSocket server,
      ClusterIdentity cluster,
      Function<ClientRequest, ClientAnswer.@Nullable Builder> answers) {
    this.server = server;
    this.cluster = cluster;
    this.answers = answers;
    Thread thread = new Thread(this::serve, "fake-member");
    thread.setDaemon(true);
    thread.start();
  }

  String address() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  /** How often it was asked for something. */
  long asked(byte[] query) {
    ByteString wanted = ByteString.copyFrom(query);
    return asked.stream()
        .filter(request -> request.getRead().getQuery().equals(wanted))
        .count();
  }

  /** Hangs up, and listens no more. */
  void close() throws IOException {
    server.close();
    Socket connected = client;
    if (connected != null) {
      connected.close();
    }
  }

  private void serve() {
    try {
      while (true) {
        try (Socket accepted = server.accept()) {
          client = accepted;
          serve(accepted);
        }
      }
    } catch (IOException e) {
      // The test has ended.
    }
  }

  private void serve(Socket accepted) {
    try {
      DataInputStream in = new DataInputStream(accepted.getInputStream());
      byte[] head = new byte[HandshakeFrame.HEAD_BYTES];
      in.readFully(head);
      in.skipNBytes(((head[6] & 0xff) << 8) | (head[7] & 0xff));
      accepted
          .getOutputStream()
          .write(Wire.takeBytes(ClientCodec.handshake(
              ClientWelcome.newBuilder()
                  .setHost("n1")
                  .setClusterId(cluster.id())
                  .setClusterEpoch(cluster.epoch())
                  .build(),
              UnpooledByteBufAllocator.DEFAULT)));
      while (true) {
        byte[] frame = new byte[in.readInt()];
        in.readFully(frame);
        ClientRequest request = ClientRequest.parseFrom(frame);
        asked.add(request);
        ClientAnswer.Builder answer = answers.apply(request);
        if (answer != null) {
          accepted
              .getOutputStream()
              .write(Wire.takeBytes(ClientCodec.frame(
                  answer.setId(request.getId()).build(), UnpooledByteBufAllocator.DEFAULT)));
        }
      }
    } catch (IOException e) {
      // The client has gone.
    }
  }
}
