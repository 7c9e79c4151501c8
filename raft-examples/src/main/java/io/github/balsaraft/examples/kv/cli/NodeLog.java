package io.github.balsaraft.examples.kv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A server's log: a file in its folder that earlier starts have written to as well. To be set up before the first logger is
 * made, which reads these settings once.
 */
final class NodeLog {

  private static final long START_ANEW_BYTES = 16 << 20;

  private NodeLog() {}

  static void writeTo(Path file) {
    try {
      if (Files.exists(file) && Files.size(file) > START_ANEW_BYTES) {
        Path old = file.resolveSibling(file.getFileName() + ".old");
        Files.move(file, old, StandardCopyOption.REPLACE_EXISTING);
      }
      // By way of standard error, because the logger would begin a file of its own anew at each
      // start; and so the last words of a virtual machine that dies are in the file too. The
      // command line has its own stream.
      System.setErr(new PrintStream(new FileOutputStream(file.toFile(), true), true, UTF_8));
    } catch (IOException e) {
      throw new StartupException("can't write the log " + file + ": " + e.getMessage());
    }
    setUnlessGiven("logFile", "System.err");
    setUnlessGiven("showDateTime", "true");
    setUnlessGiven("dateTimeFormat", "yyyy-MM-dd HH:mm:ss.SSS");
    setUnlessGiven("showShortLogName", "true");
    setUnlessGiven("levelInBrackets", "false");
    setUnlessGiven("defaultLogLevel", "info");
  }

  private static void setUnlessGiven(String name, String value) {
    String property = "org.slf4j.simpleLogger." + name;
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
