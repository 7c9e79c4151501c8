package io.github.balsaraft.examples.kv.server;

import io.github.balsaraft.examples.kv.testing.RespClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Commands with the replies that Redis has given to them, in a file that people can read and extend: {@code > command}, and its
 * reply in the line below; {@code ~ command} if the elements of the reply come in any order.
 */
final class RedisRecord {

  /** One command and its reply. */
  record Exchange(String command, String reply) {}

  private static final String UNORDERED = "~ ";

  private static final Pattern VALUE = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"");

  private final Path file;

  private RedisRecord(Path file) {
    this.file = file;
  }

  /** What a plain Redis answers. */
  static RedisRecord plain() {
    return new RedisRecord(Path.of("src/test/testdata/redis-replies.txt"));
  }

  /** What a member of a Redis Cluster answers. */
  static RedisRecord ofCluster() {
    return new RedisRecord(Path.of("src/test/testdata/redis-cluster-replies.txt"));
  }

  private List<String> lines() {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isCommand(String line) {
    return line.startsWith("> ") || line.startsWith(UNORDERED);
  }

  private static boolean isReply(String line) {
    return !line.isEmpty() && !line.startsWith("#") && !isCommand(line);
  }

  /** What is in the file. */
  List<Exchange> recorded() {
    List<Exchange> exchanges = new ArrayList<>();
    String command = "";
    for (String line : lines()) {
      if (isCommand(line)) {
        command = line;
      } else if (isReply(line)) {
        exchanges.add(new Exchange(command, line));
      }
    }
    return exchanges;
  }

  /** What a server answers to the same commands. */
  List<Exchange> replay(int port) {
    List<Exchange> exchanges = new ArrayList<>();
    try (RespClient client = new RespClient(port)) {
      for (String line : lines()) {
        if (isCommand(line)) {
          client.sendRaw(line.substring(2) + "\r\n");
          String reply = client.readReply();
          exchanges.add(new Exchange(line, line.startsWith(UNORDERED) ? sorted(reply) : reply));
        }
      }
    }
    return exchanges;
  }

  /** Writes the file anew, with these replies. */
  void rewrite(List<Exchange> exchanges) {
    Iterator<Exchange> next = exchanges.iterator();
    List<String> written = new ArrayList<>();
    for (String line : lines()) {
      if (isCommand(line)) {
        written.add(line);
        written.add(next.next().reply());
      } else if (!isReply(line)) {
        written.add(line);
      }
    }
    try {
      Files.write(file, written);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Puts the values in a reply into order. A cursor of 0, which may stand before them, stays where it is. */
  private static String sorted(String reply) {
    Iterator<String> values =
        VALUE.matcher(reply).results().map(MatchResult::group).sorted().iterator();
    return VALUE.matcher(reply).replaceAll(value -> Matcher.quoteReplacement(values.next()));
  }
}
