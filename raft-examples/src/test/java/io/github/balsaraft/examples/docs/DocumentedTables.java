package io.github.balsaraft.examples.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;

/** The tables of one document, by what their rows begin with. */
final class DocumentedTables {

  private final String document;
  private final String text;

  /** Names the document from the root of the project. */
  DocumentedTables(String document) {
    this.document = document;
    try {
      this.text = Files.readString(Documents.root().resolve(document));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String text() {
    return text;
  }

  /** The cells of every row whose first cell is a name in code marks. */
  List<List<String>> rows(String name) {
    return text.lines()
        .filter(line -> line.startsWith("| `" + name + "` |"))
        .map(DocumentedTables::cells)
        .toList();
  }

  /** The cells of the only such row. */
  List<String> row(String name) {
    List<List<String>> rows = rows(name);
    if (rows.size() != 1) {
      throw new AssertionError(document + " has " + rows.size() + " rows for " + name);
    }
    return rows.get(0);
  }

  /** The part below a heading, up to the next of the same level or a higher one; the headings in between belong to it. */
  String section(String heading) {
    int start = text.indexOf("\n" + heading + "\n");
    if (start < 0) {
      throw new AssertionError(document + " has no heading " + heading);
    }
    String marks = heading.substring(0, heading.indexOf(' '));
    int end = Stream.iterate(marks, level -> level.length() > 1, level -> level.substring(1))
        .mapToInt(level -> text.indexOf("\n" + level + " ", start + heading.length()))
        .filter(found -> found >= 0)
        .min()
        .orElse(text.length());
    return text.substring(start, end);
  }

  /** The cells of a line of a table. */
  static List<String> cells(String line) {
    return Stream.of(line.substring(1).split("\\|")).map(String::strip).toList();
  }
}
