package io.github.balsaraft.examples.kv;

import io.github.balsaraft.examples.kv.cli.CommandLine;

/** The command line of the key-value example: {@code kv demo}, {@code kv node …}, {@code kv help}. */
public final class Kv {

  private Kv() {}

  /** Runs one subcommand and ends the process with its exit code. */
  public static void main(String[] args) {
    System.exit(CommandLine.ofProcess().run(args));
  }
}
