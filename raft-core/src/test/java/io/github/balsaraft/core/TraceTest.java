package io.github.balsaraft.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.model.trace.TraceFormat;
import io.github.balsaraft.model.trace.TraceHeader;
import io.github.balsaraft.model.trace.TraceMismatchException;
import io.github.balsaraft.model.trace.TraceReplayer;
import io.github.balsaraft.model.trace.TracedEntries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What the core tells of its steps. That the trace alone leads to the core's state is checked after every step of every
 * test that has a {@link CoreHarness}; see {@link ReplayCheck}.
 */
class TraceTest {

  private static final Path FOLDER = Path.of("src", "test", "testdata", "trace");
  private static final Pattern NUMBER = Pattern.compile("\"number\":(\\d+)");

  private static List<String> story() throws IOException {
    List<String> lines = new ArrayList<>();
    Scenario scenario = new Scenario(lines::add);
    for (String command : Files.readAllLines(FOLDER.resolve("story.txt"))) {
      if (!command.isBlank() && !command.startsWith("#")) {
        scenario.execute(command);
      }
    }
    return lines;
  }

  @Test
  @DisplayName("the trace of a story is the one that is kept")
  void golden() throws IOException {
    String text = String.join("\n", story()) + "\n";
    Path file = FOLDER.resolve("story.jsonl");
    if (Boolean.getBoolean("rewrite")) {
      Files.writeString(file, text);
    }
    assertThat(text)
        .as("%s; if the change is meant, run the test with -Drewrite=true", file)
        .isEqualTo(Files.readString(file));
  }

  @Test
  @DisplayName("the story has every kind of event in it, and a replica that starts twice")
  void storyIsComplete() throws IOException {
    List<TraceEvent> events = story().stream().map(TraceFormat::parse).toList();
    Set<Class<?>> kinds =
        events.stream().map(TraceEvent::getClass).collect(Collectors.toUnmodifiableSet());
    assertThat(kinds)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.asList(TraceEvent.class.getPermittedSubclasses()));
    assertThat(events.stream()
            .filter(event -> event instanceof TraceEvent.Started
                && event.header().replica().equals(CoreHarness.id("n3"))))
        .hasSize(2);
  }

  @Test
  @DisplayName("the same seed gives the same trace, to the byte")
  void sameSeedSameTrace() {
    int lines = 0;
    for (long seed = 1; seed <= 3; seed++) {
      List<String> trace = fuzzed(seed);
      assertThat(trace).isEqualTo(fuzzed(seed));
      lines += trace.size();
    }
    assertThat(lines).isGreaterThan(300);
  }

  private static List<String> fuzzed(long seed) {
    CoreFuzz fuzz = new CoreFuzz(seed, 500);
    List<String> lines = new ArrayList<>();
    fuzz.harness().replay().lines(lines::add);
    fuzz.run();
    return lines;
  }

  @Test
  @DisplayName("a sink that wants no messages gets none, and the state can be rebuilt all the same")
  void withoutMessages() {
    List<TraceEvent> events = new ArrayList<>();
    for (long seed = 1; seed <= 5; seed++) {
      CoreFuzz fuzz = new CoreFuzz(seed, 500);
      ReplayCheck replay = fuzz.harness().replay();
      // Those that run already go on telling of theirs, until they are started again.
      Set<String> quiet = new HashSet<>();
      replay.withoutMessages();
      replay.lines(line -> {
        TraceEvent event = TraceFormat.parse(line);
        String replica = event.header().replica().toString();
        if (event instanceof TraceEvent.Started) {
          quiet.add(replica);
        } else if (quiet.contains(replica)) {
          events.add(event);
        }
      });
      fuzz.run();
    }
    assertThat(events)
        .hasSizeGreaterThan(50)
        .noneMatch(
            event -> event instanceof TraceEvent.Sent || event instanceof TraceEvent.Received);
  }

  // ------------------------------------------------------------------ the replayer notices

  @Test
  @DisplayName("a missing event is noticed at the next one of that replica")
  void missingEvent() throws IOException {
    List<String> story = story();
    int checked = 0;
    for (int i = 0; i < story.size(); i++) {
      int next = nextOfSameLife(story, i);
      if (next > 0) {
        TraceReplayer replayer = new TraceReplayer();
        replay(replayer, story.subList(0, i));
        replay(replayer, story.subList(i + 1, next));
        TraceEvent event = TraceFormat.parse(story.get(next));
        assertThatThrownBy(() -> replayer.replay(event))
            .as("without %s", story.get(i))
            .isInstanceOf(TraceMismatchException.class);
        checked++;
      }
    }
    assertThat(checked).isGreaterThan(100);
  }

  @Test
  @DisplayName("so is one that should have changed the state, even if the numbers hide it")
  void missingHook() throws IOException {
    List<String> story = story();
    int checked = 0;
    for (int i = 0; i < story.size(); i++) {
      int next = nextOfSameLife(story, i);
      if (next > 0 && changesState(story.get(i))) {
        TraceReplayer replayer = new TraceReplayer();
        replay(replayer, story.subList(0, i));
        replay(replayer, story.subList(i + 1, next));
        Matcher number = NUMBER.matcher(story.get(next));
        assertThat(number.find()).isTrue();
        String renumbered =
            number.replaceFirst("\"number\":" + (Long.parseLong(number.group(1)) - 1));
        assertThatThrownBy(() -> replayer.replay(TraceFormat.parse(renumbered)))
            .as("without %s", story.get(i))
            .isInstanceOf(TraceMismatchException.class);
        checked++;
      }
    }
    assertThat(checked).isGreaterThan(30);
  }

  @Test
  @DisplayName("and an entry that a leader appends while it hands over")
  void appendWhileHandingOver() throws IOException {
    List<String> story = story();
    int begins = 0;
    while (!(TraceFormat.parse(story.get(begins)) instanceof TraceEvent.TransferBegun)) {
      begins++;
    }
    TraceReplayer replayer = new TraceReplayer();
    replay(replayer, story.subList(0, begins + 1));
    TraceHeader header = TraceFormat.parse(story.get(begins)).header();
    long index = header.state().last().index() + 1;
    TraceHeader next =
        new TraceHeader(header.replica(), header.number() + 1, header.atNanos(), header.state());
    TracedEntries entries =
        new TracedEntries(EntryType.COMMAND, header.state().term(), index, index);
    assertThatThrownBy(() -> replayer.replay(new TraceEvent.Appended(next, entries)))
        .isInstanceOf(TraceMismatchException.class)
        .hasMessageContaining("while leadership is handed over");
  }

  private static boolean changesState(String line) {
    TraceEvent event = TraceFormat.parse(line);
    return event instanceof TraceEvent.RoleChanged
        || event instanceof TraceEvent.Voted
        || event instanceof TraceEvent.Appended
        || event instanceof TraceEvent.ConfigurationAppended
        || event instanceof TraceEvent.Truncated
        || event instanceof TraceEvent.Installed
        || event instanceof TraceEvent.Committed;
  }

  private static void replay(TraceReplayer replayer, List<String> lines) {
    lines.forEach(line -> replayer.replay(TraceFormat.parse(line)));
  }

  /** Where the next event of the same life of the same replica is; 0 if there is none. */
  private static int nextOfSameLife(List<String> lines, int i) {
    TraceEvent event = TraceFormat.parse(lines.get(i));
    for (int next = i + 1; next < lines.size(); next++) {
      TraceEvent other = TraceFormat.parse(lines.get(next));
      if (other.header().replica().equals(event.header().replica())) {
        return other instanceof TraceEvent.Started ? 0 : next;
      }
    }
    return 0;
  }
}
