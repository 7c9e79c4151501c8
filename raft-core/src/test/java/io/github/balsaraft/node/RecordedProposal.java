package io.github.balsaraft.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.balsaraft.api.CommandRejectedException;
import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.Payloads;
import java.util.ArrayList;
import java.util.List;

/** A proposal that remembers what was reported of it. */
final class RecordedProposal extends Proposal {

  final List<String> ends = new ArrayList<>();

  /** Whether it throws instead of taking its result. */
  boolean failing;

  RecordedProposal(String command) {
    this(EntryType.COMMAND, command);
  }

  RecordedProposal(EntryType type, String command) {
    this(type, command.getBytes(UTF_8), Payloads.checksum(command.getBytes(UTF_8)));
  }

  private RecordedProposal(EntryType type, byte[] command, int crc32c) {
    super(type, command, crc32c);
  }

  static RecordedProposal ofSession(byte[] entry) {
    return new RecordedProposal(EntryType.SESSION, entry, Payloads.checksum(entry));
  }

  /** Whoever looks at its command fails. */
  static RecordedProposal unusable(EntryType type) {
    return new RecordedProposal(type, null, 0);
  }

  static List<Proposal> of(String... commands) {
    List<Proposal> proposals = new ArrayList<>();
    for (String command : commands) {
      proposals.add(new RecordedProposal(command));
    }
    return proposals;
  }

  static List<String> ends(List<Proposal> proposals) {
    return proposals.stream()
        .map(proposal -> String.join(" and ", ((RecordedProposal) proposal).ends))
        .toList();
  }

  static String commands(List<Proposal> proposals) {
    return String.join(
        " ",
        proposals.stream().map(proposal -> new String(proposal.command, UTF_8)).toList());
  }

  @Override
  void applied(byte[] result) {
    if (failing) {
      throw new IllegalStateException("can't be told");
    }
    ends.add("applied:" + new String(result, UTF_8));
  }

  @Override
  void rejected(CommandRejectedException rejection) {
    ends.add("rejected:" + rejection.reason());
  }

  @Override
  void notAppended(NotAppendedException reason) {
    String hint = "";
    if (reason instanceof OverloadedException overloaded) {
      hint = " after " + overloaded.retryAfter();
    } else if (reason instanceof NotLeaderException notLeader) {
      hint = notLeader.leaderAddress().map(address -> " at " + address).orElse("");
    }
    ends.add("not appended:" + reason.getClass().getSimpleName() + hint);
  }

  @Override
  void answerTooLarge(String detail) {
    ends.add("answer too large:" + detail);
  }

  @Override
  void unknown(String reason) {
    ends.add("unknown:" + reason);
  }
}
