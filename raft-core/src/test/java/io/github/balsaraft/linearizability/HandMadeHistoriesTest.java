package io.github.balsaraft.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.testing.KvInput;
import io.github.balsaraft.testing.KvModel;
import io.github.balsaraft.testing.KvOutput;
import io.github.balsaraft.testing.LinearizabilityChecker;
import io.github.balsaraft.testing.LinearizabilityResult;
import io.github.balsaraft.testing.LinearizabilityResult.NotLinearizable;
import io.github.balsaraft.testing.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Histories that a person has drawn and judged. */
class HandMadeHistoriesTest {

  private static final Path FOLDER = Path.of("src/test/testdata/histories");

  /** A drawing with its story, what it should be judged to be, and which operation should be blamed. */
  private record Drawing(String story, boolean linearizable, String blamed, List<String> lines) {
    @Override
    public String toString() {
      return story;
    }
  }

  static List<Drawing> drawings() throws IOException {
    List<Drawing> drawings = new ArrayList<>();
    try (Stream<Path> files = Files.list(FOLDER)) {
      for (Path file : files.filter(any -> !any.endsWith("README.txt")).sorted().toList()) {
        String text = Files.readString(file);
        for (String block : text.split("\n\\s*\n", -1)) {
          drawings.add(drawing(file, block.lines().toList()));
        }
      }
    }
    return drawings;
  }

  private static Drawing drawing(Path file, List<String> block) {
    List<String> comments = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    String verdict = "";
    for (String line : block) {
      if (line.startsWith("#")) {
        comments.add(line.substring(1).strip());
      } else if (line.startsWith("p")) {
        lines.add(line);
      } else {
        verdict = line;
      }
    }
    String story = file.getFileName() + ": " + String.join(" ", comments);
    if (verdict.equals("linearizable")) {
      return new Drawing(story, true, "", lines);
    }
    assertThat(verdict).as("verdict in %s", story).startsWith("not linearizable: ");
    return new Drawing(story, false, verdict.substring("not linearizable: ".length()), lines);
  }

  @ParameterizedTest
  @MethodSource("drawings")
  void areJudgedAsTheirStorySays(Drawing drawing) {
    List<Operation<KvInput, KvOutput>> history = Timeline.read(drawing.lines);
    LinearizabilityResult<KvInput, KvOutput> result =
        new LinearizabilityChecker<>(new KvModel()).check(history);
    assertThat(result.isLinearizable()).as(result.describe()).isEqualTo(drawing.linearizable);
    assertThat(BruteForce.isLinearizable(new KvModel(), history))
        .as("by trying every order")
        .isEqualTo(drawing.linearizable);
    if (drawing.linearizable) {
      Witness.assertExplains(new KvModel(), result, history);
    } else {
      NotLinearizable<KvInput, KvOutput> no = (NotLinearizable<KvInput, KvOutput>) result;
      assertThat(no.unexplained().toString()).as(result.describe()).startsWith(drawing.blamed);
      assertThat(no.contradiction()).contains(no.unexplained());
      assertThat(history).containsAll(no.contradiction());
    }
  }

  @Test
  void areManyOfBothKinds() throws IOException {
    assertThat(drawings()).filteredOn(Drawing::linearizable).hasSizeGreaterThanOrEqualTo(18);
    assertThat(drawings())
        .filteredOn(drawing -> !drawing.linearizable)
        .hasSizeGreaterThanOrEqualTo(18);
  }
}
