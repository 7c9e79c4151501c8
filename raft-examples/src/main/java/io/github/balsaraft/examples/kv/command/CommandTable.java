package io.github.balsaraft.examples.kv.command;

import io.github.balsaraft.examples.kv.state.Bytes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** All commands by name. */
public final class CommandTable {

  private final Map<String, CommandSpec> specs = new LinkedHashMap<>();
  private final CommandDescriptions descriptions;

  /** The table of a server whose values have at most so many bytes. */
  public CommandTable(int maxValueBytes) {
    List<CommandSpec> all =
        new ArrayList<>(KeyCommands.all(maxValueBytes, System::currentTimeMillis));
    all.addAll(ExpiryCommands.all(System::currentTimeMillis));
    all.addAll(SearchCommands.all());
    all.addAll(TransactionCommands.all());
    all.addAll(ConnectionCommands.all());
    all.addAll(ServerCommands.all(this));
    all.addAll(RaftCommands.all());
    for (CommandSpec spec : all) {
      specs.put(spec.name(), spec);
    }
    descriptions = new CommandDescriptions(specs.values());
  }

  /**
   * Says what is to be done for a request.
   *
   * @param words its name and arguments; at least one
   */
  public Planned plan(List<Bytes> words) {
    CommandSpec spec = find(words.get(0));
    if (spec == null) {
      return new Planned.Rejected(Errors.unknownCommand(words));
    }
    if (!spec.accepts(words.size())) {
      return spec.planner() == TransactionCommands.EXEC
          ? new Planned.Abandoned(Errors.EXEC_ABANDONED)
          : new Planned.Rejected(Errors.wrongNumberOfArguments(spec.name()));
    }
    return spec.planner().plan(words);
  }

  /** The names of all commands, in small letters and sorted. */
  public List<String> names() {
    return specs.keySet().stream().sorted().toList();
  }

  /** What the command of that name does, in a sentence, if there is one. */
  public Optional<String> summary(String name) {
    return Optional.ofNullable(specs.get(name)).map(CommandSpec::summary);
  }

  /** Words that may stand behind the name of that command and say what is wanted: subcommands, for example. */
  public List<String> secondWords(String name) {
    CommandSpec spec = specs.get(name);
    return spec == null ? List.of() : spec.secondWords();
  }

  @Nullable
  CommandSpec find(Bytes name) {
    return specs.get(CommandSpec.lowerCase(name));
  }

  /** What COMMAND says of them. */
  CommandDescriptions descriptions() {
    return descriptions;
  }
}
