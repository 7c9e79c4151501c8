package io.github.balsaraft.testing.simulation.world;

import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Tells the observers of several groups what happens to machines and on the network: each of the messages of its group, and all of the rest. */
public final class GroupObservers implements Observer {

  private final Map<GroupId, Observer> groups = new TreeMap<>();

  public GroupObservers() {}

  /** One more group, which nobody else observes. */
  public void add(GroupId group, Observer observer) {
    groups.put(group, observer);
  }

  private Observer of(GroupMessage message) {
    Observer observer = groups.get(message.group());
    if (observer == null) {
      throw new IllegalStateException("a message of a group that nobody has started: " + message);
    }
    return observer;
  }

  @Override
  public void onSent(HostId from, HostId to, GroupMessage message, long number) {
    of(message).onSent(from, to, message, number);
  }

  @Override
  public void onArrived(HostId from, HostId to, GroupMessage message, long number) {
    of(message).onArrived(from, to, message, number);
  }

  @Override
  public void onLost(HostId from, HostId to, GroupMessage message, long number) {
    of(message).onLost(from, to, message, number);
  }

  @Override
  public void onCut(HostId from, HostId to) {
    groups.values().forEach(observer -> observer.onCut(from, to));
  }

  @Override
  public void onJoined(HostId from, HostId to) {
    groups.values().forEach(observer -> observer.onJoined(from, to));
  }

  @Override
  public void onMishap(Mishap mishap, HostId host, @Nullable HostId other) {
    groups.values().forEach(observer -> observer.onMishap(mishap, host, other));
  }

  @Override
  public boolean wantsLog() {
    return groups.values().stream().anyMatch(Observer::wantsLog);
  }

  @Override
  public void onNote(HostId host, String what) {
    groups.values().forEach(observer -> observer.onNote(host, what));
  }
}
