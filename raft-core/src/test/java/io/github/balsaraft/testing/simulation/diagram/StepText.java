package io.github.balsaraft.testing.simulation.diagram;

import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.model.trace.TracedMessage;
import java.util.Locale;

/** A step of a replica in a few words. */
final class StepText implements TraceEvent.Handler {

  private final ReplicaNames names;
  private String text = "";

  private StepText(ReplicaNames names) {
    this.names = names;
  }

  static String of(TraceEvent step, ReplicaNames names) {
    StepText words = new StepText(names);
    step.deliverTo(words);
    return words.text;
  }

  static String of(EntryId entry) {
    return entry.index() + "@" + entry.term();
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @Override
  public void onStarted(TraceEvent.Started event) {
    text = "started with log " + (event.base().index() + 1) + ".." + of(event.last())
        + ", durable up to " + event.durableIndex() + ", committed up to " + event.commitIndex()
        + ", configurations " + event.configurations();
  }

  @Override
  public void onRoleChanged(TraceEvent.RoleChanged event) {
    text = "became " + lower(event.role())
        + (event.leader() == null ? "" : " of " + names.of(event.leader())) + " in term "
        + event.term() + ": " + event.reason();
  }

  @Override
  public void onVoted(TraceEvent.Voted event) {
    text = "voted for " + names.of(event.candidate());
  }

  @Override
  public void onAppended(TraceEvent.Appended event) {
    var entries = event.entries();
    text = "appended " + lower(entries.type()) + " " + entries.firstIndex()
        + (entries.firstIndex() == entries.lastIndex() ? "" : ".." + entries.lastIndex()) + "@"
        + entries.term();
  }

  @Override
  public void onConfigurationAppended(TraceEvent.ConfigurationAppended event) {
    text = "appended configuration " + of(event.entry()) + " " + event.configuration();
  }

  @Override
  public void onTruncated(TraceEvent.Truncated event) {
    text = "truncated from " + event.fromIndex();
  }

  @Override
  public void onCompacted(TraceEvent.Compacted event) {
    text = "compacted up to " + of(event.base());
  }

  @Override
  public void onInstalled(TraceEvent.Installed event) {
    text = "installed a snapshot up to " + of(event.base()) + " with configuration "
        + event.configurationIndex() + " " + event.configuration();
  }

  @Override
  public void onRefilled(TraceEvent.Refilled event) {
    text = "refilled " + of(event.entry())
        + (event.configuration() == null ? "" : " " + event.configuration());
  }

  @Override
  public void onWritten(TraceEvent.Written event) {
    text = "write " + event.sequence() + " done, durable up to " + event.durableIndex();
  }

  @Override
  public void onCommitted(TraceEvent.Committed event) {
    text = "committed up to " + event.index();
  }

  @Override
  public void onConfigurationApplied(TraceEvent.ConfigurationApplied event) {
    text = "configuration " + event.index() + " is committed";
  }

  @Override
  public void onSent(TraceEvent.Sent event) {
    text = "sent " + of(event.message());
  }

  @Override
  public void onReceived(TraceEvent.Received event) {
    text = "received " + of(event.message());
  }

  private String of(TracedMessage message) {
    return message.kind() + " " + names.of(message.from()) + " to " + names.of(message.to())
        + " term " + message.term() + " " + message.fields();
  }

  @Override
  public void onReadBegun(TraceEvent.ReadBegun event) {
    text = "read " + event.readId() + " begun";
  }

  @Override
  public void onReadEnded(TraceEvent.ReadEnded event) {
    text = "read " + event.readId()
        + (event.index() < 0
            ? " refused: " + event.refusal()
            : " may be answered at " + event.index());
  }

  @Override
  public void onLeaseRead(TraceEvent.LeaseRead event) {
    text = "read " + event.readId() + " answered by lease until " + event.untilNanos()
        + " ns of its clock";
  }

  @Override
  public void onTransferBegun(TraceEvent.TransferBegun event) {
    text = "transfer " + event.transfer() + " to " + names.of(event.target()) + " begun";
  }

  @Override
  public void onTransferGivenUp(TraceEvent.TransferGivenUp event) {
    text = "transfer " + event.transfer() + " to " + names.of(event.target()) + " given up";
  }

  @Override
  public void onTransferEnded(TraceEvent.TransferEnded event) {
    text = "transfer request " + event.request() + " to " + names.of(event.target()) + " "
        + lower(event.end()) + " " + event.reason();
  }

  @Override
  public void onChangeEnded(TraceEvent.ChangeEnded event) {
    text = "change " + event.change() + " " + lower(event.end()) + " at " + event.index() + " "
        + event.detail() + (event.refusals().isEmpty() ? "" : " " + event.refusals());
  }
}
