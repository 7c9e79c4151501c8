package io.github.balsaraft.examples.kv.cli;

import java.util.Objects;

/** {@code kv version}. */
final class VersionCommand {

  private VersionCommand() {}

  static int run(Console console) {
    String version = VersionCommand.class.getPackage().getImplementationVersion();
    console.say("balsa-kv " + Objects.requireNonNullElse(version, "(not packaged)") + ", Java "
        + Runtime.version());
    return CommandLine.OK;
  }
}
