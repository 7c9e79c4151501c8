package io.github.balsaraft.examples.kv.client;

import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.server.HostPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks the servers of a cluster about it, and its leader for changes. Some of the servers may be down. Used by one thread.
 */
public final class Admin implements AutoCloseable {

  /** Long for a server that is there, short for one that isn't. */
  private static final Duration PER_SERVER = Duration.ofSeconds(2);

  /** Long enough for most elections. */
  private static final Duration ELECTION = Duration.ofSeconds(10);

  private static final long PAUSE_MILLIS = 200;

  private final List<HostPort> servers;
  private final long deadlineNanos;
  private final Duration timeout;
  private final RespClients clients = new RespClients();

  /**
   * Begins.
   *
   * @param servers where some of the servers listen for clients
   * @param timeout for everything together
   */
  public Admin(List<HostPort> servers, Duration timeout) {
    this.servers = List.copyOf(servers);
    this.timeout = timeout;
    this.deadlineNanos = System.nanoTime() + timeout.toNanos();
  }

  /** How long a change may still take. */
  public Duration left() {
    return Duration.ofNanos(Math.max(1_000_000, deadlineNanos - System.nanoTime()));
  }

  // ------------------------------------------------------------------ looks

  /**
   * What one server says of itself.
   *
   * @param fields of RAFT STATUS; empty if it doesn't answer
   * @param problem why it doesn't; else empty
   */
  public record ServerStatus(HostPort server, Map<String, String> fields, String problem) {

    /** Whether it has answered. */
    public boolean isUp() {
      return problem.isEmpty();
    }

    /** One of its fields, or nothing. */
    public String get(String name) {
      return fields.getOrDefault(name, "");
    }

    long term() {
      return isUp() ? Long.parseLong(get("term")) : -1;
    }
  }

  /** What all of them say of themselves, in the order in which they were named. */
  public List<ServerStatus> statuses() {
    List<CompletableFuture<Reply>> asked = new ArrayList<>();
    for (HostPort server : servers) {
      asked.add(ask(server, List.of("RAFT", "STATUS")));
    }
    List<ServerStatus> statuses = new ArrayList<>();
    for (int i = 0; i < asked.size(); i++) {
      HostPort server = servers.get(i);
      try {
        Reply reply = await(asked.get(i), PER_SERVER.multipliedBy(2));
        statuses.add(
            reply instanceof Reply.Array
                ? new ServerStatus(server, Fields.of(reply), "")
                : new ServerStatus(server, Map.of(), "answers " + Fields.text(reply)));
      } catch (UnansweredException e) {
        statuses.add(new ServerStatus(server, Map.of(), String.valueOf(e.getMessage())));
      }
    }
    return statuses;
  }

  /** What those of some servers that answer say to a question, by server. */
  public Map<HostPort, Reply> askAll(List<HostPort> some, List<String> words) {
    Map<HostPort, CompletableFuture<Reply>> asked = new LinkedHashMap<>();
    some.forEach(server -> asked.put(server, ask(server, words)));
    Map<HostPort, Reply> replies = new LinkedHashMap<>();
    asked.forEach((server, reply) -> {
      try {
        replies.put(server, await(reply, PER_SERVER.multipliedBy(2)));
      } catch (UnansweredException e) {
        // What statuses() says of it is enough.
      }
    });
    return replies;
  }

  private CompletableFuture<Reply> ask(HostPort server, List<String> words) {
    return clients
        .connect(server, PER_SERVER)
        .thenCompose(connection -> connection
            .call(words)
            .orTimeout(PER_SERVER.toMillis(), TimeUnit.MILLISECONDS)
            .whenComplete((reply, failure) -> connection.close()));
  }

  /**
   * Who leads.
   *
   * @param address where it listens for clients
   */
  private record Leader(String id, long term, HostPort address) {}

  /** Who leads, and where it listens for clients, if that is known now. */
  private Optional<Leader> leader(List<ServerStatus> statuses) {
    ServerStatus newest = null;
    for (ServerStatus status : statuses) {
      boolean names = status.isUp() && !status.get("leader").isEmpty();
      if (names && (newest == null || status.term() > newest.term())) {
        newest = status;
      }
    }
    if (newest == null) {
      return Optional.empty();
    }
    String leader = newest.get("leader");
    for (ServerStatus status : statuses) {
      if (status.isUp() && status.get("id").equals(leader)) {
        return Optional.of(new Leader(leader, newest.term(), status.server()));
      }
    }
    for (ServerStatus status : statuses) {
      if (status.get("leader").equals(leader) && !status.get("leader_address").isEmpty()) {
        return Optional.of(
            new Leader(leader, newest.term(), HostPort.parse(status.get("leader_address"))));
      }
    }
    throw new AdminException(leader + " leads, and none of --servers is " + leader
        + "; add its address for clients to --servers");
  }

  /** Any server's answer, the leader's if there is one. */
  public Reply look(List<String> words) {
    List<ServerStatus> statuses = statuses();
    List<HostPort> candidates = new ArrayList<>();
    leader(statuses).map(Leader::address).ifPresent(candidates::add);
    statuses.stream().filter(ServerStatus::isUp).map(ServerStatus::server).forEach(candidates::add);
    for (HostPort server : candidates) {
      try {
        return orFail(await(ask(server, words), PER_SERVER.multipliedBy(2)));
      } catch (UnansweredException e) {
        // The next one, then.
      }
    }
    throw noneAnswers(statuses);
  }

  // ------------------------------------------------------------------ changes

  /**
   * Asks the leader, and asks again where that is safe and may help, until the time is over.
   *
   * @throws AdminException if the answer is no, or none came in time
   */
  public Reply atLeader(LeaderRequest request) {
    String last = "";
    while (true) {
      List<ServerStatus> statuses = statuses();
      Optional<Leader> leader = leader(statuses);
      if (leader.isPresent()) {
        HostPort address = leader.get().address;
        boolean inDoubt;
        try {
          Reply reply = converse(address, request);
          if (!mayRepeat(reply)) {
            return orFail(reply);
          }
          last = Fields.text(reply);
          inDoubt = last.startsWith("UNKNOWN ");
        } catch (UnansweredException e) {
          last = address + " did not answer: " + e.getMessage();
          inDoubt = e.wasAsked;
        }
        if (inDoubt && !request.isSafeToRepeat()) {
          throw new InDoubtException(last, leader.get());
        } else if (inDoubt) {
          request.mayHaveBeenDone();
        }
      } else if (statuses.stream().noneMatch(ServerStatus::isUp)) {
        last = String.valueOf(noneAnswers(statuses).getMessage());
      } else {
        last = "no leader: "
            + statuses.stream()
                .filter(ServerStatus::isUp)
                .findFirst()
                .orElseThrow()
                .get("explain");
      }
      if (System.nanoTime() - deadlineNanos >= 0) {
        throw new AdminException(
            "not done within " + timeout.toSeconds() + " s; asking again is safe. Last: " + last);
      }
      pause();
    }
  }

  private Reply converse(HostPort leader, LeaderRequest request) {
    CompletableFuture<RespConnection> connecting = clients.connect(leader, PER_SERVER);
    RespConnection connection = await(connecting, PER_SERVER.multipliedBy(2));
    try {
      CompletableFuture<Reply> answer = connection.call(request.words());
      try {
        return await(answer, leader, request);
      } catch (UnansweredException e) {
        e.wasAsked = true;
        throw e;
      }
    } finally {
      connection.close();
    }
  }

  private Reply await(CompletableFuture<Reply> answer, HostPort leader, LeaderRequest request) {
    // The server knows the time limit too; it gets a moment to say so.
    long patience = deadlineNanos + TimeUnit.SECONDS.toNanos(5);
    while (System.nanoTime() - patience < 0) {
      try {
        return await(answer, Duration.ofMillis(500));
      } catch (StillWaitingException e) {
        request.whileAwaited(leader);
      }
    }
    throw new UnansweredException("no answer in time");
  }

  /**
   * Waits a while until somebody is known to lead in a later term than the one that was asked.
   *
   * @return its id; empty if nobody was heard of
   */
  public Optional<String> leaderAfter(InDoubtException asked) {
    long patience = Math.min(deadlineNanos, System.nanoTime() + ELECTION.toNanos());
    while (true) {
      Optional<String> leader = statuses().stream()
          .filter(ServerStatus::isUp)
          .filter(status -> status.term() > asked.term && !status.get("leader").isEmpty())
          .max(Comparator.comparingLong(ServerStatus::term))
          .map(status -> status.get("leader"));
      if (leader.isPresent()) {
        return leader;
      }
      if (System.nanoTime() - patience >= 0) {
        return Optional.empty();
      }
      pause();
    }
  }

  /** One question to one server, for what goes on meanwhile; nothing if it doesn't answer. */
  public Optional<Reply> askQuietly(HostPort server, List<String> words) {
    try {
      return Optional.of(await(ask(server, words), PER_SERVER));
    } catch (UnansweredException e) {
      return Optional.empty();
    }
  }

  /** Whether asking for the same change again is safe and may help. */
  private static boolean mayRepeat(Reply reply) {
    return reply instanceof Reply.Failure failure
        && (failure.text().startsWith("TRYAGAIN ") || failure.text().startsWith("UNKNOWN LOST "));
  }

  private static Reply orFail(Reply reply) {
    if (reply instanceof Reply.Failure failure) {
      throw new RefusedException(failure.text());
    }
    return reply;
  }

  private static AdminException noneAnswers(List<ServerStatus> statuses) {
    List<String> problems = statuses.stream()
        .map(status -> status.server() + " (" + status.problem() + ")")
        .toList();
    return new AdminException(
        "no server answers: " + String.join(", ", problems) + "; check --servers, or start one");
  }

  private static <T> T await(CompletableFuture<T> future, Duration patience) {
    try {
      return future.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new StillWaitingException();
    } catch (ExecutionException e) {
      throw new UnansweredException(reason(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AdminException("interrupted");
    }
  }

  private static String reason(ExecutionException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    String text = String.valueOf(cause.getMessage());
    if (cause instanceof TimeoutException) {
      return "no answer";
    } else if (text.contains("refused")) {
      return "connection refused";
    } else if (cause instanceof java.net.UnknownHostException
        || cause instanceof java.nio.channels.UnresolvedAddressException) {
      return "unknown host";
    }
    return text.lines().findFirst().orElse(cause.getClass().getSimpleName());
  }

  /** Between two rounds of questions to all servers, which don't say by themselves when things change. The rounds have a deadline. */
  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AdminException("interrupted");
    }
  }

  @Override
  public void close() {
    clients.close();
  }

  /** A server did not answer. */
  private static class UnansweredException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Whether it may have got the request. */
    private boolean wasAsked;

    UnansweredException(String message) {
      super(message);
    }
  }

  /** A server has not answered yet. */
  private static final class StillWaitingException extends UnansweredException {
    private static final long serialVersionUID = 1L;

    StillWaitingException() {
      super("no answer");
    }
  }

  /** What was asked for may have been done, and is not to be asked for again before that is known. */
  public static final class InDoubtException extends AdminException {
    private static final long serialVersionUID = 1L;

    private final String leader;
    private final long term;

    InDoubtException(String last, Leader asked) {
      super(last);
      this.leader = asked.id;
      this.term = asked.term;
    }

    /** Who was asked. */
    public String leader() {
      return leader;
    }
  }

  /** The cluster has an answer, and it is no. */
  public static final class RefusedException extends AdminException {
    private static final long serialVersionUID = 1L;

    private static final Pattern CODE =
        Pattern.compile("[A-Z]+(?: (?:REFUSED|ABORTED|TRANSFERFAILED))?(?= |$)");

    RefusedException(String error) {
      super(error);
    }

    /** The first words of the error, those in capitals: what is certain and, for the commands of RAFT, what became of it. */
    public String code() {
      Matcher code = CODE.matcher(String.valueOf(getMessage()));
      return code.lookingAt() ? code.group() : "";
    }

    /** What follows the {@link #code}. */
    public String detail() {
      return String.valueOf(getMessage()).substring(code().length()).strip();
    }
  }
}
