package io.github.balsaraft.core;

import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.Payloads;

/** What a leader is to its parts. */
interface Office {

  EntryId append(Payloads payloads);

  /** Whether it knows what is committed. */
  boolean hasCommittedInTerm();

  /** Whether somebody wanted it to lead although it never stands of its own accord. */
  boolean isChosenDespitePriority();

  /** Whether it hands its office over: the log must not grow then. */
  boolean isTransferring();
}
