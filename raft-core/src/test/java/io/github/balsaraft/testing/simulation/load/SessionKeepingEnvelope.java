package io.github.balsaraft.testing.simulation.load;

import io.github.balsaraft.api.SessionKeepingStateMachine;
import io.github.balsaraft.api.SessionRecord;
import io.github.balsaraft.model.EntryId;
import java.util.List;

/** The same for one that keeps the sessions there too. */
final class SessionKeepingEnvelope extends OnDiskEnvelope implements SessionKeepingStateMachine {

  private final SessionKeepingStateMachine machine;

  SessionKeepingEnvelope(SessionKeepingStateMachine machine) {
    super(machine);
    this.machine = machine;
  }

  @Override
  public void putSessions(EntryId last, List<SessionRecord> records) {
    machine.putSessions(last, records);
  }

  @Override
  public List<SessionRecord> sessionRecords() {
    return machine.sessionRecords();
  }
}
