package io.github.balsaraft.testing.simulation.world;

import io.github.balsaraft.model.HostId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/** The log of one host: its lines go to whoever watches the world, and nowhere else. */
final class HostLog extends LegacyAbstractLogger {

  private static final long serialVersionUID = 1L;

  private final transient Observer observer;
  private final transient HostId host;

  HostLog(Observer observer, HostId host) {
    this.observer = observer;
    this.host = host;
    this.name = "io.github.balsaraft";
  }

  @Override
  public boolean isTraceEnabled() {
    return false;
  }

  @Override
  public boolean isDebugEnabled() {
    return false;
  }

  @Override
  public boolean isInfoEnabled() {
    return observer.wantsLog();
  }

  @Override
  public boolean isWarnEnabled() {
    return observer.wantsLog();
  }

  @Override
  public boolean isErrorEnabled() {
    return observer.wantsLog();
  }

  @Override
  protected @Nullable String getFullyQualifiedCallerName() {
    return null;
  }

  @Override
  protected void handleNormalizedLoggingCall(
      Level level,
      @Nullable Marker marker,
      String pattern,
      Object @Nullable [] arguments,
      @Nullable Throwable cause) {
    String line = MessageFormatter.basicArrayFormat(pattern, arguments);
    observer.onNote(host, level + " " + line + (cause == null ? "" : ": " + cause));
  }
}
