package io.github.balsaraft.model.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.Message;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.UnknownFormatException;
import io.github.balsaraft.testing.SampleMessages;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TraceFormatTest {

  private static final TraceEvent VOTED = TraceSamples.all().get(2);

  @Test
  @DisplayName("every kind of event has a line that is read back as the same event")
  void eventsComeBack() {
    Set<Class<?>> kinds = new TreeSet<>((a, b) -> a.getName().compareTo(b.getName()));
    List<TraceEvent> events = new ArrayList<>(TraceSamples.all());
    events.addAll(TraceSamples.oddities());
    for (TraceEvent event : events) {
      kinds.add(event.getClass());
      String line = TraceFormat.format(event);
      assertThat(line.lines()).as("one line").hasSize(1);
      assertThat(new String(line.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
          .as("nothing is lost in UTF-8")
          .isEqualTo(line);
      assertThat(TraceFormat.parse(line)).isEqualTo(event);
      assertThat(TraceFormat.format(TraceFormat.parse(line))).isEqualTo(line);
    }
    assertThat(kinds)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.asList(TraceEvent.class.getPermittedSubclasses()));
  }

  @Test
  @DisplayName("every kind of message has a line that is read back as the same message")
  void messagesComeBack() {
    for (Message message : SampleMessages.all()) {
      if (message instanceof ProtocolMessage protocol) {
        TraceEvent sent = new TraceEvent.Sent(VOTED.header(), TracedMessage.of(protocol));
        assertThat(TraceFormat.parse(TraceFormat.format(sent))).isEqualTo(sent);
        assertThat(((TraceEvent.Sent) sent).message().kind())
            .isEqualTo(message.getClass().getSimpleName());
      }
    }
  }

  @Test
  @DisplayName("no field of a message is forgotten")
  void messagesAreComplete() {
    List<List<String>> told = Arrays.stream(MessageFields.Kind.values())
        .map(
            kind -> Stream.concat(Stream.of(kind.text()), kind.names().stream()).toList())
        .toList();
    List<List<String>> declared = Arrays.stream(ProtocolMessage.class.getPermittedSubclasses())
        .map(TraceFormatTest::fieldsOf)
        .toList();
    assertThat(told).containsExactlyInAnyOrderElementsOf(declared);
  }

  private static List<String> fieldsOf(Class<?> message) {
    return Stream.concat(
            Stream.of(message.getSimpleName()),
            Arrays.stream(message.getRecordComponents())
                .map(RecordComponent::getName)
                .filter(name -> !Set.of("from", "to", "term").contains(name))
                .map(name -> name.equals("batches") ? "entries" : name))
        .toList();
  }

  @Test
  @DisplayName("texts are escaped as JSON wants it")
  void escapes() {
    String line = TraceFormat.format(TraceSamples.oddities().get(1));
    assertThat(line)
        .contains("\"reason\":\"\\\"\\\\/\\u0008\\u000c\\u000a\\u000d\\u0009\\u0000\\u001f\\u007f"
            + "\\u2028\\ud800x\\udc00\"");
  }

  @Test
  @DisplayName("other ways to write the same JSON are read too")
  void readsOtherForms() {
    String line = TraceFormat.format(VOTED);
    String spaced = " " + line.replace(":", " : ").replace(",", " , ").replace("{", "{ ") + "\t";
    assertThat(TraceFormat.parse(spaced)).isEqualTo(VOTED);
    String escaped =
        line.replace("\"vote\"", "\"\\u0076ote\"").replace("follower", "f\\u006Fllower");
    assertThat(TraceFormat.parse(escaped)).isEqualTo(VOTED);
  }

  @Test
  @DisplayName("what a newer version wrote is named")
  void unknown() {
    String line = TraceFormat.format(VOTED);
    unknown(line.replace("\"event\":\"vote\"", "\"event\":\"nap\""), "no trace event \"nap\"");
    unknown(line.replace("\"state\":", "\"mood\":1,\"state\":"), "unknown field \"mood\"");
    unknown(line.replace("\"commit\":", "\"hope\":2,\"commit\":"), "unknown field \"hope\"");
    unknown(line.replace("follower", "observer"), "\"role\" is \"observer\"");
    String sent = TraceFormat.format(TraceSamples.all().get(9));
    unknown(sent.replace("RequestVote", "RequestRest"), "no message \"RequestRest\"");
    unknown(sent.replace("\"lastEntry\"", "\"firstEntry\""), "unknown field \"firstEntry\"");
    String started = TraceFormat.format(TraceSamples.all().get(0));
    unknown(started.replace("\"version\":1", "\"version\":2"), "version 2");
    unknown(started.replace("\"priority\":1", "\"priority\":1,\"hat\":1"), "unknown field \"hat\"");
  }

  private static void unknown(String line, String part) {
    assertThatThrownBy(() -> TraceFormat.parse(line))
        .isInstanceOf(UnknownFormatException.class)
        .hasMessageContaining(part);
  }

  @Test
  @DisplayName("what is no event says why")
  void corrupt() {
    String line = TraceFormat.format(VOTED);
    corrupt("", "ends too early");
    corrupt(line.substring(0, 40), "not JSON at character 41");
    corrupt(line + "}", "something follows");
    corrupt(line.replace("\"number\":9", "\"number\":9.5"), "whole one");
    corrupt(line.replace("\"number\":9", "\"number\":09"), "whole one");
    corrupt(line.replace("\"number\":9", "\"number\":99999999999999999999"), "64 bits");
    corrupt(line.replace("\"number\":9", "\"number\":\"9\""), "\"number\" is no number");
    corrupt(line.replace("\"number\":9", "\"event\":9"), "occurs twice");
    corrupt(line.replace("\"number\":9,", ""), "lacks its field \"number\"");
    corrupt(line.replace("\"candidate\":\"r", "\"candidate\":\"q"), "\"candidate\" is no replica");
    corrupt(line.replaceAll("\"candidate\":\"[^\"]*\"", "\"candidate\":null"), "no replica");
    corrupt(line.replace("\"index\":5", "\"index\":0"), "no entry is at term 2");
    corrupt(line.replace("\"event\":\"vote", "\"event\":\"vo\nte"), "control character");
    corrupt(line.replace("\"event\":\"vote", "\"event\":\"vo\\qte"), "no such escape");
    String sent = TraceFormat.format(TraceSamples.all().get(9));
    corrupt(
        sent.replace(",\"leadershipTransfer\":false", ""),
        "lacks its field \"leadershipTransfer\"");
    corrupt("{\"a\":".repeat(100_000), "too many levels");
    corrupt("{\"a\":" + "[".repeat(100_000), "too many levels");
    String started = TraceFormat.format(TraceSamples.all().get(0));
    corrupt(started.replace("\"priority\":1", "\"priority\":256"), "0 to 255");
    corrupt(started.replace("\"priority\":1", "\"priority\":4294967297"), "32 bits");
  }

  private static void corrupt(String line, String part) {
    assertThatThrownBy(() -> TraceFormat.parse(line))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining(part);
  }
}
