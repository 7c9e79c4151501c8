package io.github.balsaraft.node;

import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.SessionsStatus;
import io.github.balsaraft.api.SnapshotStatus;
import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.storage.LogStore.Durability;
import io.github.balsaraft.transport.PeerConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Builds a {@link NodeStatus} from the lines of a situation; {@code testdata/explain/README.txt} says what they mean. */
final class Situation {

  private static final Duration MOMENT = Duration.ofMillis(20);

  private final Map<String, String> settings = new HashMap<>();
  private final Map<String, String> peers = new HashMap<>();

  private Situation() {}

  static NodeStatus parse(List<String> lines) {
    Situation situation = new Situation();
    for (String line : lines) {
      String[] keyAndRest = line.split(" ", 2);
      String rest = keyAndRest.length == 1 ? "" : keyAndRest[1].strip();
      if (keyAndRest[0].equals("peer")) {
        String[] nameAndState = rest.split(" ", 2);
        situation.peers.put(nameAndState[0], nameAndState[1]);
      } else if (situation.settings.put(keyAndRest[0], rest) != null) {
        throw new IllegalArgumentException("said twice: " + line);
      }
    }
    return situation.status();
  }

  private NodeStatus status() {
    HostId self = new HostId(words("node").get(0));
    NodeStatus.Health health =
        NodeStatus.Health.valueOf(setting("health", "running").toUpperCase(Locale.ROOT));
    Role role = Role.valueOf(words("role").get(0).toUpperCase(Locale.ROOT).replace('-', '_'));
    List<String> roleWords = words("role");
    int leaderAt = roleWords.indexOf("of") + 1;
    HostId leader =
        role == Role.LEADER ? self : leaderAt == 0 ? null : new HostId(roleWords.get(leaderAt));
    Configuration configuration = configuration();
    ReplicaId replica = replicaOf(self.name());
    List<NodeStatus.Peer> others = new ArrayList<>();
    for (Member member : configuration.members()) {
      if (!member.replica().equals(replica)) {
        others.add(peer(member, role));
      }
    }
    Optional<Duration> contact =
        contact(settings.get("contact"), leader == null ? Optional.empty() : Optional.of(MOMENT));
    Optional<Duration> staleness = contact(settings.get("staleness"), contact);
    return NodeStatus.builder(GroupId.DEFAULT, self, replica)
        .cluster(new ClusterIdentity(1, 1))
        .health(health)
        .healthDetail(setting("detail", ""))
        .role(role)
        .term(Long.parseLong(setting("term", "7")))
        .leader(leader)
        .transferTarget(
            words("hands-over-to").isEmpty()
                ? null
                : new HostId(words("hands-over-to").get(0)))
        .commitIndex(index("commit"))
        .appliedIndex(index("applied"))
        .durableIndex(index("durable"))
        .lastIndex(index("last"))
        .configuration(configuration)
        .removedAt(Long.parseLong(setting("removed", "0")))
        .durability(Durability.valueOf(setting("durability", "SYNCED")))
        .sinceLeaderContact(contact)
        .staleness(staleness)
        .sinceDiskProgress(contact(settings.get("disk-waits"), Optional.empty()))
        .sinceApplyProgress(contact(settings.get("apply-waits"), Optional.empty()))
        .uncommittedBytes(Long.parseLong(setting("uncommitted", "0").replace(",", "")))
        .sessions(sessions(setting("sessions", "0 of 0 kept 0 of 0").split(" ")))
        .peers(others)
        .snapshots(snapshots())
        .build();
  }

  /** {@code snapshots first N [last N] [since BYTES] [taking DURATION] [restores DURATION] [fetching PHASE unchanged DURATION]}, or {@code no-snapshots [since BYTES]}. */
  private SnapshotStatus snapshots() {
    List<String> enabled = words("snapshots");
    List<String> words = enabled.isEmpty() ? words("no-snapshots") : enabled;
    String last = after("last", words);
    String taking = after("taking", words);
    String since = after("since", words);
    String first = after("first", words);
    String restores = after("restores", words);
    String fetching = after("fetching", words);
    return new SnapshotStatus(
        !enabled.isEmpty(),
        first == null ? 1 : number(first),
        last == null
            ? Optional.empty()
            : Optional.of(new SnapshotStatus.Last(number(last), 1000, Optional.empty())),
        taking == null
            ? Optional.empty()
            : Optional.of(new SnapshotStatus.Taking(100, 3_000_000, Duration.parse("PT" + taking))),
        restores == null
            ? Optional.empty()
            : Optional.of(new SnapshotStatus.Restoring(
                2_000_000, 20_000_000, Duration.ofMinutes(5), Duration.parse("PT" + restores))),
        fetching == null
            ? Optional.empty()
            : Optional.of(new SnapshotStatus.Fetching(
                Optional.of(new HostId("n3")),
                3_000_000,
                30_000_000,
                Duration.ofMinutes(7),
                SnapshotStatus.Fetching.Phase.valueOf(fetching.toUpperCase(Locale.ROOT)),
                Duration.parse("PT" + after("unchanged", words)))),
        since == null ? 0 : number(since),
        setting("snapshot-problem", ""));
  }

  private static SessionsStatus sessions(String[] words) {
    return new SessionsStatus(
        Integer.parseInt(words[0]),
        Integer.parseInt(words[2]),
        Long.parseLong(words[4]),
        Long.parseLong(words[6]));
  }

  private Configuration configuration() {
    List<Member> members = new ArrayList<>();
    for (String name : words("voters")) {
      members.add(member(name, MemberRole.VOTER, replicaOf(name)));
    }
    if (members.isEmpty()) {
      return Configuration.EMPTY;
    }
    for (String name : words("learners")) {
      members.add(member(name, MemberRole.LEARNER, replicaOf(name)));
    }
    for (String name : words("replaced")) {
      members.add(
          member(name, MemberRole.LEARNER, new ReplicaId(1000 + replicaOf(name).value())));
    }
    Configuration configuration = Configuration.of(members);
    if (words("changing-to").isEmpty()) {
      return configuration;
    }
    List<Member> target = new ArrayList<>();
    for (String name : words("changing-to")) {
      target.add(member(name, MemberRole.VOTER, replicaOf(name)));
    }
    return configuration.jointTowards(Configuration.of(target), 7);
  }

  private Member member(String name, MemberRole role, ReplicaId replica) {
    int priority = words("priority-0").contains(name) ? 0 : 1;
    return new Member(replica, new HostId(name), name + ":7400", role, false, priority, 0);
  }

  /** {@code STATE [match N] [present N] [contact DURATION] [: detail]}. */
  private NodeStatus.Peer peer(Member member, Role role) {
    boolean replacement = member.replica().value() > 1000;
    String[] stateAndDetail = (replacement
            ? "connected"
            : peers.getOrDefault(member.host().name(), "connected"))
        .split(":", 2);
    List<String> words = List.of(stateAndDetail[0].strip().split(" +"));
    PeerConnection.State state =
        PeerConnection.State.valueOf(words.get(0).toUpperCase(Locale.ROOT));
    boolean connected = state == PeerConnection.State.CONNECTED;
    String match = after("match", words);
    String present = after("present", words);
    boolean leads = role == Role.LEADER;
    return new NodeStatus.Peer(
        member.replica(),
        member.host(),
        member.isVoterInAnyHalf(),
        leads ? OptionalLong.of(match(match, connected)) : OptionalLong.empty(),
        leads
            ? OptionalLong.of(present == null ? match(match, connected) : number(present))
            : OptionalLong.empty(),
        contact(
            after("contact", words), leads && connected ? Optional.of(MOMENT) : Optional.empty()),
        new PeerConnection(state, stateAndDetail.length == 1 ? "" : stateAndDetail[1].strip()));
  }

  private long match(@Nullable String text, boolean connected) {
    if (text != null) {
      return number(text);
    }
    return connected ? index("last") : 0;
  }

  private static @Nullable String after(String word, List<String> words) {
    int at = words.indexOf(word);
    return at < 0 ? null : words.get(at + 1);
  }

  private static Optional<Duration> contact(@Nullable String text, Optional<Duration> otherwise) {
    if (text == null) {
      return otherwise;
    }
    return text.equals("never") ? Optional.empty() : Optional.of(Duration.parse("PT" + text));
  }

  /** A position in the log, written as {@code log commit 10 last 12}; 100 where nothing is said. */
  private long index(String name) {
    String value = after(name, words("log"));
    return value == null ? 100 : number(value);
  }

  private static long number(String text) {
    return Long.parseLong(text.replace(",", ""));
  }

  private static ReplicaId replicaOf(String name) {
    return new ReplicaId(Long.parseLong(name.replaceAll("\\D", "")));
  }

  private String setting(String key, String otherwise) {
    return settings.getOrDefault(key, otherwise);
  }

  private List<String> words(String key) {
    String text = setting(key, "");
    return text.isEmpty() ? List.of() : List.of(text.split(" +"));
  }
}
