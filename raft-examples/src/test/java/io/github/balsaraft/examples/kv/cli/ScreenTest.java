package io.github.balsaraft.examples.kv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ScreenTest {

  /** The lines that a picture in a terminal of that height has, the cursor's own not among them. */
  private static List<String> shown(int height, String... lines) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Terminal terminal = TerminalBuilder.builder()
        .system(false)
        .streams(new ByteArrayInputStream(new byte[0]), out)
        .type("xterm")
        .encoding(UTF_8)
        .size(new Size(10, height))
        .build();
    try (Screen.Picture picture = new Screen.Picture(terminal)) {
      out.reset();
      picture.show(List.of(lines));
    }
    String text = out.toString(UTF_8).replace("\r", "").replaceAll("\033\\[[0-9;]*[A-Za-z]", "");
    return text.lines().toList();
  }

  @Test
  @DisplayName(
      "a picture that is higher than the terminal keeps its first lines, and says what is missing")
  void heights() throws IOException {
    assertThat(shown(6, "a", "b", "c", "d", "")).containsExactly("a", "b", "c", "d", "");
    assertThat(shown(5, "a", "b", "c", "d", "")).containsExactly("a", "b", "c", "d");
    assertThat(shown(4, "a", "b", "c", "d", "")).containsExactly("a", "b", "... and 2 ");
    assertThat(shown(1, "a", "b")).containsExactly("... and 2 ");
    assertThat(shown(0, "a", "b", "")).containsExactly("a", "b", "");
  }

  @Test
  @DisplayName("lines that are wider than the terminal are cut")
  void widths() throws IOException {
    assertThat(shown(5, "0123456789ab")).containsExactly("0123456789");
  }
}
