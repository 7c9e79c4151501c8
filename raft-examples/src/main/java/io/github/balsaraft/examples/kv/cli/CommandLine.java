package io.github.balsaraft.examples.kv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.balsaraft.examples.kv.command.CommandTable;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;

/**
 * Finds the subcommand and runs it. Exit codes: 0 for success; 1 if something that should work does not; 2 if the arguments
 * are wrong. Each failure is one line, without a stack trace.
 */
public final class CommandLine {

  static final int OK = 0;
  static final int FAILED = 1;
  static final int WRONG_USAGE = 2;

  private final Console console;

  public CommandLine(Console console) {
    this.console = console;
  }

  /** Prints to this process's streams; the start script says under which name it was called. */
  public static CommandLine ofProcess() {
    PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8);
    PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, UTF_8);
    return new CommandLine(new Console(out, err, System.getProperty("balsa.kv.program", "kv")));
  }

  private String withProgram(UsageException e) {
    return String.valueOf(e.getMessage()).replace("; type: ", "; type: " + console.program() + " ");
  }

  /** Runs a subcommand and answers the exit code. */
  public int run(String... args) {
    String name = args.length == 0 ? "help" : args[0];
    List<String> rest = Arrays.asList(args).subList(Math.min(1, args.length), args.length);
    // Behind the options of cli there is a command for a server, which may have such words.
    List<String> ours = name.equals("cli") && rest.size() > 1 ? rest.subList(0, 1) : rest;
    boolean wantsHelp = ours.contains("--help") || ours.contains("-h");
    try {
      if (wantsHelp) {
        return HelpCommand.run(console, List.of(name));
      }
      return switch (name) {
        case "demo" -> new DemoCommand(console).run(rest);
        case "node" -> new NodeCommand(console).run(rest);
        case "admin" -> new AdminCommand(console).run(rest);
        case "cli" -> new CliCommand(console, this::lines).run(rest);
        case "help", "--help", "-h" -> HelpCommand.run(console, rest);
        case "version", "--version" -> VersionCommand.run(console);
        default -> throw new UsageException("unknown command " + name + "; type: help");
      };
    } catch (UsageException e) {
      console.complain("kv: " + withProgram(e));
      return WRONG_USAGE;
    } catch (StartupException e) {
      console.complain("kv: " + e.getMessage());
      return FAILED;
    }
  }

  private CliCommand.Lines lines(CliOptions options, CommandTable commands) {
    return TypedLines.ofProcess(options, commands, System.in, console);
  }
}
