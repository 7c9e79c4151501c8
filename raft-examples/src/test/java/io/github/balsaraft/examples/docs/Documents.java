package io.github.balsaraft.examples.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Finds the README and the documents, and the code blocks in them. */
final class Documents {

  private Documents() {}

  /** A fenced block. */
  record Block(Path document, int line, String language, String text) {
    @Override
    public String toString() {
      return document.getFileName() + ":" + line;
    }
  }

  static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("LICENSE"))) {
      folder = folder.getParent();
    }
    return folder;
  }

  static List<Path> all() {
    try (Stream<Path> docs = Files.walk(root().resolve("docs"))) {
      List<Path> found = new ArrayList<>(
          List.of(root().resolve("README.md"), root().resolve(".github/CONTRIBUTING.md")));
      docs.filter(path -> path.toString().endsWith(".md")).sorted().forEach(found::add);
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A class, or a script or workflow, without its comments. Strings that look like one go too: too little is left, never too much. */
  static String withoutComments(Path file) throws IOException {
    String text = Files.readString(file);
    return file.toString().endsWith(".java")
        ? text.replaceAll("(?s)/\\*.*?\\*/", "").replaceAll("(?m)[ \t]*//.*$", "")
        : text.replaceAll("(?m)(^|[ \t]+)#.*$", "");
  }

  static List<Block> blocks(String language) {
    return blocks().stream().filter(block -> block.language.equals(language)).toList();
  }

  /** All blocks there are. */
  static List<Block> blocks() {
    return all().stream().flatMap(document -> blocksOf(document).stream()).toList();
  }

  private static List<Block> blocksOf(Path document) {
    List<Block> blocks = new ArrayList<>();
    List<String> lines;
    try {
      lines = Files.readAllLines(document);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    int start = -1;
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).startsWith("```")) {
        continue;
      }
      if (start < 0) {
        start = i;
      } else {
        String text = String.join("\n", lines.subList(start + 1, i));
        blocks.add(new Block(document, start + 1, lines.get(start).substring(3).trim(), text));
        start = -1;
      }
    }
    return blocks;
  }
}
