package io.github.balsaraft.examples.bench.report;

import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One line of results, of this benchmark or of another one with the same fields. */
public final class Result {

  private static final String OURS = "balsa";
  private static final String LIMIT = "limit";
  private static final double USUAL_ELECTION_TIMEOUT_MILLIS = 1000;

  /** One takes them only if asked to; the others never take any, or always. */
  private static final Set<String> USUALLY_WITH_SNAPSHOTS =
      Set.of("write", "read", "groups", "failover", "rolling-restart");

  private final Map<String, @Nullable Object> fields;

  private Result(Map<String, @Nullable Object> fields) {
    this.fields = fields;
  }

  /**
   * Reads a line.
   *
   * @throws IllegalArgumentException if it is no result; the message says why
   */
  public static Result parse(String line) {
    Result result = new Result(JsonReader.object(line));
    if (result.text("system").isEmpty() || result.text("mode").isEmpty()) {
      throw new IllegalArgumentException("neither \"system\" nor \"mode\" may be missing: " + line);
    }
    return result;
  }

  /** A number; empty if there is no such field, or something else in it. */
  public OptionalDouble number(String name) {
    return fields.get(name) instanceof Double number
        ? OptionalDouble.of(number)
        : OptionalDouble.empty();
  }

  /** A text; empty if there is none. */
  public String text(String name) {
    return fields.get(name) instanceof String text ? text : "";
  }

  /** A truth value, or another if there is none. */
  public boolean truth(String name, boolean otherwise) {
    return fields.get(name) instanceof Boolean truth ? truth : otherwise;
  }

  /** What was measured, such as {@code write}. */
  public String mode() {
    return text("mode");
  }

  /** Whether this library was measured. */
  public boolean isOurs() {
    return text("system").equals(OURS);
  }

  /** Whether the machine was measured, and no system. */
  public boolean isLimit() {
    return text("system").equals(LIMIT);
  }

  /** The name of what was measured; results of the same name are runs of the same thing. */
  public String system() {
    String variant = text("variant");
    return text("system")
        + (variant.isEmpty() || variant.equals("netty") ? "" : " " + variant)
        + (takesNoSnapshots() && USUALLY_WITH_SNAPSHOTS.contains(mode()) ? ", no snapshots" : "")
        + (takesSnapshots() && mode().equals("catchup") ? ", snapshots" : "");
  }

  /** The least election timeout if it isn't the usual one. */
  OptionalDouble electionTimeoutMillis() {
    OptionalDouble asked = number("election_ms");
    if (asked.isPresent()) {
      return asked;
    }
    return settings().get("electionTimeoutMs") instanceof Double millis
            && millis != USUAL_ELECTION_TIMEOUT_MILLIS
        ? OptionalDouble.of(millis)
        : OptionalDouble.empty();
  }

  private boolean takesNoSnapshots() {
    return Boolean.FALSE.equals(settings().get("snapshots"));
  }

  private boolean takesSnapshots() {
    return Boolean.TRUE.equals(settings().get("snapshots"));
  }

  private Map<?, ?> settings() {
    return fields.get("settings") instanceof Map<?, ?> settings ? settings : Map.of();
  }

  /** How the log was kept. What is synced is never compared with what isn't. */
  public Durability durability() {
    if (truth("fsync", false)) {
      return Durability.SYNCED;
    }
    boolean inMemory = String.valueOf(settings().get("log")).contains("IN MEMORY");
    return inMemory ? Durability.IN_MEMORY : Durability.NOT_SYNCED;
  }

  /** Why it doesn't count; empty if it does. */
  public String flaw() {
    if (!text("failed").isEmpty()) {
      return "failed: " + text("failed");
    } else if (!truth("supported", true)) {
      return "not supported";
    } else if (!truth("consistent", true)) {
      return "nodes did not end with the same entries";
    }
    return "";
  }

  /** What is doubtful in it although it counts; empty if nothing is. */
  public String doubt() {
    StringBuilder doubt = new StringBuilder();
    append(doubt, "stolen_share", 0.05, "%.0f %% of the machine was stolen", 100);
    append(doubt, "errors", 0, "%.0f operations failed", 1);
    append(doubt, "elections", 0, "%.0f elections", 1);
    append(doubt, "false_elections", 0, "%.0f false elections", 1);
    append(doubt, "machine_longest_pause_ms", 500, "the machine stood still for %.0f ms", 1);
    return doubt.toString();
  }

  private void append(
      StringBuilder doubt, String field, double more, String format, double factor) {
    number(field).ifPresent(value -> {
      if (value > more) {
        doubt
            .append(doubt.length() == 0 ? "" : ", ")
            .append(String.format(Locale.ROOT, format, value * factor));
      }
    });
  }

  /** How durable an acknowledged entry is. */
  public enum Durability {
    /** On stable storage. */
    SYNCED(""),
    /** Handed to the operating system. */
    NOT_SYNCED("not synced"),
    /** Nowhere but in memory. */
    IN_MEMORY("in memory");

    private final String remark;

    Durability(String remark) {
      this.remark = remark;
    }

    /** What is added to the name of a cell; empty for what is usual. */
    String remark() {
      return remark;
    }
  }
}
