package io.github.balsaraft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.github.balsaraft.model.SessionEntry;
import io.github.balsaraft.testing.GoldenBytes;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientAnswer;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientConsistency;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientHello;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientOutcome;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientRead;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientRequest;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientWelcome;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Bytes that clients and servers of other versions send and expect. A change here is a change of the protocol. */
class ClientGoldenTest {

  private static final Path GOLDEN = Path.of("src/test/testdata/wire/clients-v1.txt");

  private static byte[] handshake(MessageLite message) {
    return Wire.takeBytes(ClientCodec.handshake(message, UnpooledByteBufAllocator.DEFAULT));
  }

  private static byte[] frame(MessageLite message) {
    return Wire.takeBytes(ClientCodec.frame(message, UnpooledByteBufAllocator.DEFAULT));
  }

  private static Map<String, MessageLite> requests() {
    Map<String, MessageLite> requests = new LinkedHashMap<>();
    ClientRequest.Builder blank = ClientRequest.newBuilder().setId(300).setGroup(5);
    requests.put("request-members", blank.clone().setMembers(true).build());
    requests.put(
        "request-session-entry",
        blank
            .clone()
            .setSessionEntry(
                ByteString.copyFrom(SessionEntry.command(2, 1, 1, new byte[] {1, 2, 3})))
            .build());
    for (ClientConsistency consistency : ClientConsistency.values()) {
      if (consistency != ClientConsistency.UNRECOGNIZED) {
        requests.put(
            "request-read-" + consistency,
            blank
                .clone()
                .setRead(ClientRead.newBuilder()
                    .setQuery(ByteString.copyFromUtf8("query"))
                    .setConsistency(consistency)
                    .setIndex(7)
                    .setWaitMillis(1000)
                    .setMaxStalenessMillis(2000))
                .build());
      }
    }
    return requests;
  }

  private static Map<String, MessageLite> answers() {
    Map<String, MessageLite> answers = new LinkedHashMap<>();
    for (ClientOutcome outcome : ClientOutcome.values()) {
      if (outcome != ClientOutcome.UNRECOGNIZED) {
        answers.put(
            "answer-" + outcome,
            ClientAnswer.newBuilder()
                .setId(300)
                .setOutcome(outcome)
                .setContent(ByteString.copyFromUtf8("content"))
                .setDetail("because")
                .setLeaderAddress("n1:1")
                .setRetryAfterMillis(10)
                .setMaxCommandBytes(20)
                .setAppliedIndex(30)
                .setStalenessNanos(40)
                .addMemberAddresses("n1:1")
                .addMemberAddresses("n2:2")
                .build());
      }
    }
    answers.put(
        "answer-not-a-member",
        ClientAnswer.newBuilder()
            .setId(300)
            .setOutcome(ClientOutcome.CLIENT_OUTCOME_DONE)
            .setNotAMember(true)
            .build());
    return answers;
  }

  @Test
  void bytesAreThoseOfTheFirstRelease() {
    Map<String, byte[]> bytes = new LinkedHashMap<>();
    bytes.put(
        "hello",
        handshake(ClientHello.newBuilder()
            .setOldestVersion(1)
            .setMaxFrameBytes(65_536)
            .build()));
    bytes.put(
        "welcome",
        handshake(ClientWelcome.newBuilder()
            .setHost("n1")
            .setMaxFrameBytes(65_536)
            .setClusterId(-7)
            .setClusterEpoch(3)
            .build()));
    bytes.put(
        "refusal",
        handshake(ClientWelcome.newBuilder().setHost("n1").setRefusal("because").build()));
    requests().forEach((name, request) -> bytes.put(name, frame(request)));
    answers().forEach((name, answer) -> bytes.put(name, frame(answer)));
    GoldenBytes.assertMatches(
        GOLDEN, "Handshakes, requests and answers of clients, protocol version 1.", bytes);
  }

  @Test
  void bytesOfTheFirstReleaseAreStillRead() throws Exception {
    Map<String, byte[]> golden = GoldenBytes.read(GOLDEN);
    for (Map.Entry<String, MessageLite> request : requests().entrySet()) {
      assertThat(ClientRequest.parseFrom(content(golden.get(request.getKey()))))
          .as(request.getKey())
          .isEqualTo(request.getValue());
    }
    for (Map.Entry<String, MessageLite> answer : answers().entrySet()) {
      assertThat(ClientAnswer.parseFrom(content(golden.get(answer.getKey()))))
          .as(answer.getKey())
          .isEqualTo(answer.getValue());
    }
  }

  private static ByteString content(byte[] frame) {
    return ByteString.copyFrom(
        frame, FrameWriter.LENGTH_BYTES, frame.length - FrameWriter.LENGTH_BYTES);
  }
}
