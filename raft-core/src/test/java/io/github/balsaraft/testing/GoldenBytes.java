package io.github.balsaraft.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Compares stored forms with a text file under version control, so that no change of a format goes unnoticed. With
 * {@code -Drewrite=true} the file is written anew and the difference is what a reviewer looks at.
 *
 * <p>Each line is {@code name = hexadecimal bytes}; lines that start with {@code #} are comments.
 */
public final class GoldenBytes {

  private GoldenBytes() {}

  /**
   * Fails if the file doesn't hold exactly these bytes under these names.
   *
   * @param comment the first line of the file
   * @param actual name and bytes, in the order of the file
   */
  public static void assertMatches(Path file, String comment, Map<String, byte[]> actual) {
    try {
      if (Boolean.getBoolean("rewrite")) {
        Files.createDirectories(file.getParent());
        Files.writeString(file, format(comment, actual));
      }
      assertThat(Files.readString(file))
          .as("%s; if the change is meant, run the test with -Drewrite=true", file)
          .isEqualTo(format(comment, actual));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The bytes by name that a file holds: those that every later version must still read. */
  public static Map<String, byte[]> read(Path file) {
    try {
      Map<String, byte[]> bytes = new LinkedHashMap<>();
      for (String line : Files.readAllLines(file)) {
        if (!line.startsWith("#") && !line.isBlank()) {
          String[] nameAndHex = line.split(" = ", 2);
          bytes.put(nameAndHex[0], HexFormat.of().parseHex(nameAndHex[1]));
        }
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String format(String comment, Map<String, byte[]> actual) {
    StringBuilder text = new StringBuilder("# ").append(comment).append('\n');
    actual.forEach((name, bytes) ->
        text.append(name).append(" = ").append(HexFormat.of().formatHex(bytes)).append('\n'));
    return text.toString();
  }
}
