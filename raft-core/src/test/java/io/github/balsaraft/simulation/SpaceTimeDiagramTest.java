package io.github.balsaraft.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.testing.simulation.diagram.RecordedRun;
import io.github.balsaraft.testing.simulation.diagram.RunRecorder;
import io.github.balsaraft.testing.simulation.diagram.RunSummary;
import io.github.balsaraft.testing.simulation.diagram.SpaceTimeDiagram;
import io.github.balsaraft.testing.simulation.world.Observer;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page is whole in itself, and what is in a run stays data in it. */
class SpaceTimeDiagramTest {

  private static final String DATA_BEGINS = "<script type=\"application/json\" id=\"run\">";
  private static final String HOSTILE =
      "</script><script>alert(1)</script><!-- \\ \" ' & \u2028 \ud800 \u0000 \n /*run*/ $1 \u00fc";

  private static String data(String html) {
    int from = html.indexOf(DATA_BEGINS) + DATA_BEGINS.length();
    return html.substring(from, html.indexOf("</script>", from));
  }

  private static Map<?, ?> parsed(String html) {
    return (Map<?, ?>) JsonReading.of(data(html));
  }

  @Test
  void aPageHoldsTheRunAndNeedsNothingElse(@TempDir Path folder) throws IOException {
    RunRecorder recorder = new RunRecorder();
    EventfulRun.happens(3, recorder, recorder::timedBy);
    RecordedRun run = recorder.run();
    Path file = folder.resolve("run.html");
    SpaceTimeDiagram.write(file, new RunSummary(3, "replay it", "what was wrong"), run);
    String html = Files.readString(file);
    assertThat(html)
        .startsWith("<!DOCTYPE html>")
        .doesNotContain("http://")
        .doesNotContain("https://")
        .doesNotContain("src=")
        .doesNotContain("@import")
        .doesNotContain("url(")
        .doesNotContain(".css*/")
        .doesNotContain(".js*/");
    Map<?, ?> data = parsed(html);
    assertThat(data.get("seed")).isEqualTo("3");
    assertThat(data.get("replay")).isEqualTo("replay it");
    assertThat(data.get("violation")).isEqualTo("what was wrong");
    assertThat(data.get("hosts")).isEqualTo(List.of("n1", "n2", "n3"));
    assertThat((List<?>) data.get("events")).hasSize(run.size());
    assertThat(data.get("kinds").toString()).contains("AppendEntries, session, previous, entries");
  }

  @Test
  void aPartOfARunBeginsWithWhatWasBefore() {
    RunRecorder recorder = new RunRecorder(300);
    EventfulRun.happens(3, recorder, recorder::timedBy);
    RecordedRun run = recorder.run();
    Map<?, ?> data = parsed(SpaceTimeDiagram.html(new RunSummary(3, "", ""), run));
    List<?> events = (List<?>) data.get("events");
    assertThat(events).hasSizeGreaterThanOrEqualTo(303);
    assertThat(events.get(0).toString()).contains("before, 0, ").contains("[log, ");
    assertThat(data.get("leftOut")).isEqualTo(String.valueOf(run.leftOut()));
  }

  /** A process on a new disk, which has no state yet, was drawn as the leader that its predecessor was. */
  @Test
  void aProcessDoesNotTakeOverTheStateOfTheOneBefore() {
    HostId host = EventfulRun.FOUNDERS.get(0).host();
    TraceEvent step = lastStepOf(host);
    VirtualTime time = new VirtualTime();
    RunRecorder recorder = new RunRecorder().timedBy(time);
    recorder.onStart(host, 1);
    recorder.onStep(host, 1, step);
    recorder.onEnd(host, 1, "crash");
    recorder.onStart(host, 2);
    time.runFor(VirtualTime.SECONDS);
    recorder.onStep(host, 2, step);
    List<?> events = (List<?>)
        parsed(SpaceTimeDiagram.html(new RunSummary(1, "", ""), recorder.run())).get("events");
    assertThat(((List<?>) events.get(4)).subList(5, 6))
        .as("all of the state is told again")
        .isEqualTo(((List<?>) events.get(1)).subList(5, 6));
    assertThat(recorder.run(VirtualTime.SECONDS, VirtualTime.SECONDS).lines().get(0))
        .endsWith(host + "/2 is up, applied 0 | no state");
  }

  private static TraceEvent lastStepOf(HostId host) {
    List<TraceEvent> steps = new ArrayList<>();
    Observer observer = new Observer() {
      @Override
      public void onStep(HostId of, int life, TraceEvent step) {
        if (of.equals(host)) {
          steps.add(step);
        }
      }
    };
    EventfulRun.happens(3, observer, time -> {});
    return steps.get(steps.size() - 1);
  }

  @Test
  void hostileTextStaysText() {
    RunRecorder recorder = new RunRecorder().timedBy(new VirtualTime());
    recorder.onFault(HOSTILE);
    recorder.onNote(new HostId("n1"), HOSTILE);
    recorder.onOperation(HOSTILE, 0, 0, HOSTILE, HOSTILE);
    recorder.onViolation(HOSTILE);
    String html = SpaceTimeDiagram.html(new RunSummary(-1, HOSTILE, HOSTILE), recorder.run());
    assertThat(data(html)).matches("[\\n -~&&[^<>&]]*");
    assertThat(html).doesNotContain("alert(1)</script>");
    Map<?, ?> data = parsed(html);
    assertThat(data.get("seed")).isEqualTo("-1");
    assertThat(data.get("replay")).isEqualTo(HOSTILE);
    assertThat(data.get("events"))
        .isEqualTo(List.of(
            List.of("0", "fault", HOSTILE),
            List.of("0", "note", "0", HOSTILE),
            List.of("0", "operation", HOSTILE, "0", "0", HOSTILE, HOSTILE),
            List.of("0", "violation", HOSTILE)));
  }
}
