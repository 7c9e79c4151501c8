package io.github.balsaraft.examples.kv.command;

import static io.github.balsaraft.examples.kv.command.CommandSpec.lowerCase;

import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.state.Bytes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the COMMAND command answers. A request of a few bytes asks for thousands, and many may wait on a connection: so the
 * large replies are made once and shared by all, and those that depend on the request are made when it is their turn.
 */
final class CommandDescriptions {

  /** Bounds one reply; clients ask for some names, or for all. */
  static final int MAX_NAMES = 1024;

  private final Map<String, Reply> infos = new LinkedHashMap<>();
  private final Map<String, Reply> documents = new LinkedHashMap<>();
  private final Planned count;
  private final Planned list;
  private final Planned allInfos;
  private final Planned allDocuments;

  CommandDescriptions(Collection<CommandSpec> specs) {
    List<Reply> names = new ArrayList<>();
    List<Reply> namedDocuments = new ArrayList<>();
    for (CommandSpec spec : specs) {
      Reply name = Reply.Bulk.of(spec.name());
      infos.put(spec.name(), spec.describe());
      documents.put(spec.name(), spec.document());
      names.add(name);
      namedDocuments.add(name);
      namedDocuments.add(spec.document());
    }
    count = new Planned.Fixed(new Reply.Int(specs.size()));
    list = fixed(names);
    allInfos = fixed(List.copyOf(infos.values()));
    allDocuments = fixed(namedDocuments);
  }

  Planned count() {
    return count;
  }

  Planned list() {
    return list;
  }

  /** Of all commands. */
  Planned infos() {
    return allInfos;
  }

  /** Of the commands that are named from the third word on, or of all if none is. */
  Planned infos(List<Bytes> words) {
    return words.size() == 2 ? allInfos : named(words, names -> infosOf(names));
  }

  /** Of the commands that are named from the third word on, or of all if none is. */
  Planned documents(List<Bytes> words) {
    return words.size() == 2 ? allDocuments : named(words, names -> documentsOf(names));
  }

  private Reply infosOf(List<Bytes> names) {
    List<Reply> replies = new ArrayList<>();
    for (Bytes name : names) {
      replies.add(infos.getOrDefault(lowerCase(name), Reply.NIL));
    }
    return new Reply.Array(replies);
  }

  private Reply documentsOf(List<Bytes> names) {
    Map<String, Reply> found = new LinkedHashMap<>();
    for (Bytes name : names) {
      @Nullable Reply document = documents.get(lowerCase(name));
      if (document != null) {
        found.put(lowerCase(name), document);
      }
    }
    List<Reply> replies = new ArrayList<>();
    found.forEach((name, document) -> {
      replies.add(Reply.Bulk.of(name));
      replies.add(document);
    });
    return new Reply.Array(replies);
  }

  private static Planned named(List<Bytes> words, Description description) {
    List<Bytes> names = words.subList(2, words.size());
    if (names.size() > MAX_NAMES) {
      return new Planned.Fixed(
          new Reply.Failure("ERR at most " + MAX_NAMES + " commands are described at once"));
    }
    return new Planned.Local((session, server) -> description.of(names));
  }

  private static Planned fixed(List<Reply> replies) {
    return new Planned.Fixed(new Reply.Array(replies));
  }

  /** Makes the reply for some names. */
  @FunctionalInterface
  private interface Description {
    Reply of(List<Bytes> names);
  }
}
