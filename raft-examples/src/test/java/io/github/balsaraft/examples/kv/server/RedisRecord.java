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
 * reply in the line below; {@code ~ command} if the elements of the reply come in any order; {@code < command} if the reply says how much
 * time is left, which is less on a machine that stands still between two commands.
 */
final class RedisRecord {

  /** One command and its reply. */
  record Exchange(String command, String reply) {}

  private static final String UNORDERED = "~ ";
  private static final String TIME_LEFT = "< ";

  /** For so long a machine may stand still between a deadline and the question for it. */
  private static final long STILL_SECONDS = 30;

  private static final Pattern POSITIVE = Pattern.compile(":\\d+");

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
    return line.startsWith("> ") || line.startsWith(UNORDERED) || line.startsWith(TIME_LEFT);
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
    List<String> lines = lines();
    try (RespClient client = new RespClient(port)) {
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i);
        if (isCommand(line)) {
          client.sendRaw(line.substring(2) + "\r\n");
          String reply = client.readReply();
          if (line.startsWith(UNORDERED)) {
            reply = sorted(reply);
          } else if (line.startsWith(TIME_LEFT) && i + 1 < lines.size()) {
            reply = withTimesOf(lines.get(i + 1), reply);
          }
          exchanges.add(new Exchange(line, reply));
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

  /**
   * Puts the times that are recorded in place of those of a reply that are a little less. Whatever else is in the reply, such as
   * that there is no time or no key, stays.
   */
  static String withTimesOf(String recorded, String reply) {
    Iterator<String> times =
        POSITIVE.matcher(recorded).results().map(MatchResult::group).iterator();
    return POSITIVE
        .matcher(reply)
        .replaceAll(time -> times.hasNext() ? nearby(times.next(), time.group()) : time.group());
  }

  private static String nearby(String recorded, String time) {
    long less = Long.parseLong(recorded.substring(1)) - Long.parseLong(time.substring(1));
    // A small number is no time that is left, but a count beside it.
    boolean late =
        less >= 0 && less <= STILL_SECONDS && Long.parseLong(time.substring(1)) > STILL_SECONDS;
    return late ? recorded : time;
  }

  /** Puts the values in a reply into order. A cursor of 0, which may stand before them, stays where it is. */
  private static String sorted(String reply) {
    Iterator<String> values =
        VALUE.matcher(reply).results().map(MatchResult::group).sorted().iterator();
    return VALUE.matcher(reply).replaceAll(value -> Matcher.quoteReplacement(values.next()));
  }
}
