package io.github.balsaraft.testing.simulation.world;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.RaftEvent;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.SessionAnswer;
import io.github.balsaraft.model.SessionEntry;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.storage.LogWrite;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Several observers, told one after the other. */
public final class Observers implements Observer {

  private final List<Observer> all = new ArrayList<>();

  public Observers() {}

  /** One more, told after those before it. */
  public void add(Observer observer) {
    all.add(observer);
  }

  @Override
  public void onStart(HostId host, int life) {
    for (Observer one : all) {
      one.onStart(host, life);
    }
  }

  @Override
  public void onEnd(HostId host, int life, String how) {
    for (Observer one : all) {
      one.onEnd(host, life, how);
    }
  }

  @Override
  public void onStopped(HostId host, int life) {
    for (Observer one : all) {
      one.onStopped(host, life);
    }
  }

  @Override
  public void onStatus(HostId host, int life, NodeStatus status) {
    for (Observer one : all) {
      one.onStatus(host, life, status);
    }
  }

  @Override
  public boolean wantsSteps() {
    return all.stream().anyMatch(Observer::wantsSteps);
  }

  @Override
  public void onStep(HostId host, int life, TraceEvent step) {
    for (Observer one : all) {
      one.onStep(host, life, step);
    }
  }

  @Override
  public void onDurable(HostId host, int life, LogWrite write) {
    for (Observer one : all) {
      one.onDurable(host, life, write);
    }
  }

  @Override
  public void onSent(HostId from, HostId to, GroupMessage message, long number) {
    for (Observer one : all) {
      one.onSent(from, to, message, number);
    }
  }

  @Override
  public void onArrived(HostId from, HostId to, GroupMessage message, long number) {
    for (Observer one : all) {
      one.onArrived(from, to, message, number);
    }
  }

  @Override
  public void onLost(HostId from, HostId to, GroupMessage message, long number) {
    for (Observer one : all) {
      one.onLost(from, to, message, number);
    }
  }

  @Override
  public void onApplied(HostId host, int life, Command command, byte[] result) {
    for (Observer one : all) {
      one.onApplied(host, life, command, result);
    }
  }

  @Override
  public void onCaptured(HostId host, int life, long index, long contentChecksum) {
    for (Observer one : all) {
      one.onCaptured(host, life, index, contentChecksum);
    }
  }

  @Override
  public void onRestored(HostId host, int life, long index, long contentChecksum) {
    for (Observer one : all) {
      one.onRestored(host, life, index, contentChecksum);
    }
  }

  @Override
  public void onHeld(HostId host, int life, EntryId entry) {
    for (Observer one : all) {
      one.onHeld(host, life, entry);
    }
  }

  @Override
  public boolean wantsEvents() {
    return all.stream().anyMatch(Observer::wantsEvents);
  }

  @Override
  public void onEvent(HostId host, int life, RaftEvent event) {
    for (Observer one : all) {
      one.onEvent(host, life, event);
    }
  }

  @Override
  public void onFault(String what) {
    for (Observer one : all) {
      one.onFault(what);
    }
  }

  @Override
  public void onMishap(Mishap mishap, HostId host, @Nullable HostId other) {
    for (Observer one : all) {
      one.onMishap(mishap, host, other);
    }
  }

  @Override
  public void onServed(HostId host, Served what) {
    for (Observer one : all) {
      one.onServed(host, what);
    }
  }

  @Override
  public boolean wantsLog() {
    return all.stream().anyMatch(Observer::wantsLog);
  }

  @Override
  public void onNote(HostId host, String what) {
    for (Observer one : all) {
      one.onNote(host, what);
    }
  }

  @Override
  public void onSessionAsks(long number, SessionEntry entry) {
    for (Observer one : all) {
      one.onSessionAsks(number, entry);
    }
  }

  @Override
  public void onSessionAnswered(long number, SessionAnswer answer) {
    for (Observer one : all) {
      one.onSessionAnswered(number, answer);
    }
  }

  @Override
  public void onCut(HostId from, HostId to) {
    for (Observer one : all) {
      one.onCut(from, to);
    }
  }

  @Override
  public void onJoined(HostId from, HostId to) {
    for (Observer one : all) {
      one.onJoined(from, to);
    }
  }

  @Override
  public void onPause(HostId host, int life, long nanos) {
    for (Observer one : all) {
      one.onPause(host, life, nanos);
    }
  }
}
