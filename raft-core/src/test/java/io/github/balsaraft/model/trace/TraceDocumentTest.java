package io.github.balsaraft.model.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** docs/trace.md says what the format is. */
class TraceDocumentTest {

  private static String document() throws IOException {
    return Files.readString(Path.of("..", "docs", "trace.md"));
  }

  @Test
  @DisplayName("the examples in the document are the lines of an event of each kind")
  void examples() throws IOException {
    List<String> examples = new ArrayList<>();
    Matcher blocks = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL).matcher(document());
    while (blocks.find()) {
      examples.add(blocks.group(1).lines().map(String::strip).collect(Collectors.joining()));
    }
    assertThat(examples)
        .isEqualTo(TraceSamples.all().stream().map(TraceFormat::format).toList());
  }

  @Test
  @DisplayName("every field is described")
  void fields() throws IOException {
    String document = document();
    TreeSet<String> names = new TreeSet<>();
    List<TraceEvent> events = new ArrayList<>(TraceSamples.all());
    events.addAll(TraceSamples.oddities());
    events.forEach(event -> collect(Json.parse(TraceFormat.format(event)), names));
    assertThat(names).allSatisfy(name -> assertThat(document).contains("`" + name + "`"));
  }

  private static void collect(Object value, Set<String> names) {
    if (value instanceof Map<?, ?> object) {
      object.forEach((name, item) -> {
        names.add((String) name);
        collect(item, names);
      });
    } else if (value instanceof List<?> list) {
      list.forEach(item -> collect(item, names));
    }
  }

  @Test
  @DisplayName("every kind of message stands there with its fields")
  void messages() throws IOException {
    String document = document();
    for (MessageFields.Kind kind : MessageFields.Kind.values()) {
      assertThat(document)
          .contains("| `" + kind.text() + "` | `" + String.join("`, `", kind.names()) + "` |");
    }
  }
}
