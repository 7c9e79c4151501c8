package io.github.balsaraft.simulation;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.testing.simulation.world.Observer;
import java.util.List;

/** Several observers of one world, told in their order. */
final class Witnesses implements Observer {

  private final List<Observer> all;

  Witnesses(Observer... all) {
    this.all = List.of(all);
  }

  @Override
  public void onStart(HostId host, int life) {
    all.forEach(one -> one.onStart(host, life));
  }

  @Override
  public void onEnd(HostId host, int life, String how) {
    all.forEach(one -> one.onEnd(host, life, how));
  }

  @Override
  public void onStep(HostId host, int life, TraceEvent step) {
    all.forEach(one -> one.onStep(host, life, step));
  }

  @Override
  public void onDurable(HostId host, int life, LogWrite write) {
    all.forEach(one -> one.onDurable(host, life, write));
  }

  @Override
  public void onSent(HostId from, HostId to, GroupMessage message, long number) {
    all.forEach(one -> one.onSent(from, to, message, number));
  }

  @Override
  public void onArrived(HostId from, HostId to, GroupMessage message, long number) {
    all.forEach(one -> one.onArrived(from, to, message, number));
  }

  @Override
  public void onLost(HostId from, HostId to, GroupMessage message, long number) {
    all.forEach(one -> one.onLost(from, to, message, number));
  }

  @Override
  public void onApplied(HostId host, int life, Command command, byte[] result) {
    all.forEach(one -> one.onApplied(host, life, command, result));
  }

  @Override
  public void onFault(String what) {
    all.forEach(one -> one.onFault(what));
  }

  @Override
  public void onNote(HostId host, String what) {
    all.forEach(one -> one.onNote(host, what));
  }
}
