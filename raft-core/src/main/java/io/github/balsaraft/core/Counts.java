package io.github.balsaraft.core;

/** What is counted for people. No rule of the protocol goes by it. */
final class Counts {

  private long droppedMessages;
  private long leaseReadsGranted;
  private long leaseReadsRefused;

  /** A message came that the protocol does not allow, or too late to matter. */
  void dropped() {
    droppedMessages++;
  }

  void leaseReadGranted() {
    leaseReadsGranted++;
  }

  void leaseReadRefused() {
    leaseReadsRefused++;
  }

  long droppedMessages() {
    return droppedMessages;
  }

  long leaseReadsGranted() {
    return leaseReadsGranted;
  }

  long leaseReadsRefused() {
    return leaseReadsRefused;
  }
}
