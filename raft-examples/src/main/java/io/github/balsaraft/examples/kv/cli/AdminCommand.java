package io.github.balsaraft.examples.kv.cli;

import io.github.balsaraft.examples.kv.client.Admin;
import io.github.balsaraft.examples.kv.client.Admin.InDoubtException;
import io.github.balsaraft.examples.kv.client.Admin.RefusedException;
import io.github.balsaraft.examples.kv.client.Admin.ServerStatus;
import io.github.balsaraft.examples.kv.client.AdminException;
import io.github.balsaraft.examples.kv.client.Fields;
import io.github.balsaraft.examples.kv.client.LeaderRequest;
import io.github.balsaraft.examples.kv.server.HostPort;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code kv admin}: looks at a cluster, and changes its members. */
final class AdminCommand {

  private final Console console;

  AdminCommand(Console console) {
    this.console = console;
  }

  int run(List<String> words) {
    AdminOptions options = AdminOptions.parse(words);
    try (Admin admin = new Admin(options.servers(), options.timeout())) {
      return new Run(admin, options).run();
    } catch (AdminException e) {
      console.complain("kv: " + explained(e, options));
      return CommandLine.FAILED;
    }
  }

  /** The servers' words, with what to type next where there is something. */
  private String explained(AdminException e, AdminOptions options) {
    String text = String.valueOf(e.getMessage());
    if (!(e instanceof RefusedException refused)) {
      return text;
    }
    String said = refused.detail();
    return switch (refused.code()) {
      case "ERR REFUSED" -> {
        int blank = said.indexOf(' ');
        yield options.verb() + " was refused: " + said.substring(blank + 1);
      }
      case "ERR ABORTED" -> options.verb() + " was given up: " + said;
      case "ERR TRANSFERFAILED" -> "leadership was not handed over: " + said;
      case "UNKNOWN TRANSFERFAILED" ->
        "leadership was not seen to pass, and may have passed or pass yet: " + said + "; type: "
            + console.program() + " admin --servers ... status";
      case "ERR" -> said;
      default -> text;
    };
  }

  /** One run. */
  private final class Run {
    private final Admin admin;
    private final AdminOptions options;
    private String lastProgress = "";

    Run(Admin admin, AdminOptions options) {
      this.admin = admin;
      this.options = options;
    }

    int run() {
      return switch (options.verb()) {
        case "status" -> status();
        case "explain" -> explain();
        case "watch" -> watch();
        case "members" -> members();
        case "pending" -> pending();
        case "transfer" -> transfer();
        case "abort" -> abort();
        case "leases" -> options.ids().isEmpty() ? leases() : changeOrPreview();
        default -> changeOrPreview();
      };
    }

    private int changeOrPreview() {
      return options.dryRun() ? preview() : change();
    }

    // ---------------------------------------------------------------- looks

    private int status() {
      List<ServerStatus> statuses = admin.statuses();
      if (options.json()) {
        say(statuses.stream().map(AdminText::json).toList());
      } else {
        AdminText.status(statuses).forEach(console::say);
      }
      if (statuses.stream().anyMatch(status -> status.get("role").equals("leader"))
          || statuses.stream().anyMatch(status -> !status.get("leader").isEmpty())) {
        return CommandLine.OK;
      }
      console.complain(
          "kv: no leader is known; type: " + console.program() + " admin --servers ... explain");
      return CommandLine.FAILED;
    }

    private int explain() {
      int exit = CommandLine.FAILED;
      Map<String, Object> json = new LinkedHashMap<>();
      for (ServerStatus status : admin.statuses()) {
        String sentence = status.isUp() ? status.get("explain") : "down: " + status.problem();
        json.put(status.server().toString(), sentence);
        if (!options.json()) {
          console.say(status.server() + ": " + sentence);
        }
        exit = status.isUp() ? CommandLine.OK : exit;
      }
      if (options.json()) {
        say(json);
      }
      return exit;
    }

    private int watch() {
      try (Screen screen = options.json() ? new Screen.Scroll(console) : Screen.of(console)) {
        return new Watch(admin, options, screen).run() ? CommandLine.OK : CommandLine.FAILED;
      }
    }

    private int members() {
      List<Map<String, String>> members = look("MEMBERS");
      List<Map<String, String>> additions = look("ADDITIONS");
      List<Map<String, String>> pending = look("PENDING");
      if (options.json()) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("members", members);
        json.put("additions", additions);
        json.put("pending", pending);
        json.put("leases", leaseRules());
        say(json);
      } else {
        AdminText.members(members, additions, pending, leaseRules()).forEach(console::say);
      }
      return CommandLine.OK;
    }

    private int pending() {
      List<Map<String, String>> pending = look("PENDING");
      if (options.json()) {
        say(pending);
      } else if (pending.isEmpty()) {
        console.say("no server asks to be let in");
      } else {
        AdminText.pendingLines(pending).forEach(console::say);
      }
      return CommandLine.OK;
    }

    private int leases() {
      Map<String, String> rules = leaseRules();
      if (options.json()) {
        say(rules);
      } else {
        console.say(AdminText.leases(rules));
      }
      return CommandLine.OK;
    }

    private Map<String, String> leaseRules() {
      return Fields.of(admin.look(List.of("RAFT", "LEASES")));
    }

    private List<Map<String, String>> look(String what) {
      return Fields.lines(admin.look(List.of("RAFT", what)));
    }

    // ---------------------------------------------------------------- changes

    private List<String> words() {
      List<String> words = new ArrayList<>(List.of(options.verb().toUpperCase(Locale.ROOT)));
      words.addAll(options.ids());
      words.addAll(options.words());
      return words;
    }

    private List<String> raft(String... first) {
      List<String> words = new ArrayList<>(List.of("RAFT"));
      words.addAll(List.of(first));
      words.addAll(words());
      return words;
    }

    private int preview() {
      Map<String, String> preview = Fields.of(admin.atLeader(() -> raft("PREVIEW")));
      if (options.json()) {
        say(preview);
      } else {
        AdminText.preview(options.verb() + " " + String.join(" ", options.ids()), preview)
            .forEach(console::say);
      }
      return preview.getOrDefault("allowed", "no").equals("yes")
          ? CommandLine.OK
          : CommandLine.FAILED;
    }

    private int change() {
      Map<String, String> result = Fields.of(admin.atLeader(new Change()));
      if (options.json()) {
        say(result);
      } else {
        console.say(done(result));
      }
      return CommandLine.OK;
    }

    private String done(Map<String, String> result) {
      String id = options.ids().get(0);
      String what = switch (options.verb()) {
        case "add" -> id + (options.words().contains("LEARNER") ? " is a learner" : " is a voter");
        case "promote" -> id + " is a voter";
        case "demote" -> id + " is a learner";
        case "remove" -> id + " is removed: stop it and delete its folder";
        case "replace" ->
          options.ids().get(1) + " has taken the place of " + id
              + ": if that still runs, stop it, and delete its folder";
        case "leases" -> "leases are " + id;
        default -> id + " is changed";
      };
      String learners = result.getOrDefault("learners", "");
      return what + " (voters " + AdminText.names(result.getOrDefault("voters", ""))
          + (learners.isEmpty() ? "" : ", learners " + AdminText.names(learners)) + ", index "
          + result.getOrDefault("index", "") + ")";
    }

    private void showProgress(HostPort leader) {
      if (options.json()) {
        return;
      }
      String target = options.ids().get(options.ids().size() - 1);
      admin.askQuietly(leader, List.of("RAFT", "ADDITIONS")).ifPresent(reply -> {
        for (Map<String, String> addition : Fields.lines(reply)) {
          if (target.equals(addition.get("id"))) {
            String fetching = fetching(leader, target);
            sayNew(
                fetching.isEmpty()
                    ? AdminText.progress(addition)
                    : target + " is on its way to " + addition.getOrDefault("role", "") + ": "
                        + fetching);
          }
        }
      });
    }

    /** How far it is with the snapshot that it begins with; nothing if it fetches none, or can't be asked. */
    private String fetching(HostPort leader, String target) {
      return admin
          .askQuietly(leader, List.of("RAFT", "MEMBERS"))
          .flatMap(reply -> Fields.lines(reply).stream()
              .filter(member -> target.equals(member.get("id")))
              .map(member -> member.getOrDefault("client", ""))
              .filter(client -> !client.isEmpty())
              .findFirst())
          .flatMap(client -> admin.askQuietly(HostPort.parse(client), List.of("RAFT", "STATUS")))
          .map(reply -> AdminText.fetching(Fields.of(reply)))
          .orElse("");
    }

    private void sayNew(String line) {
      if (!line.equals(lastProgress)) {
        lastProgress = line;
        console.say(line);
      }
    }

    private int transfer() {
      Map<String, String> result;
      try {
        result = Fields.of(admin.atLeader(new Transfer()));
      } catch (InDoubtException e) {
        // Whoever leads by now would hand over once more if it were asked.
        String leader = admin.leaderAfter(e).orElse("");
        if (leader.isEmpty() || leader.equals(e.leader())) {
          throw new AdminException("it is not known whether leadership has passed from "
              + e.leader() + "; look who leads before you ask again. Last: " + e.getMessage());
        }
        result = Map.of("leader", leader);
      }
      if (options.json()) {
        say(result);
      } else {
        console.say(result.getOrDefault("leader", "") + " leads");
      }
      return CommandLine.OK;
    }

    private int abort() {
      Abort abort = new Abort();
      String result = Fields.text(admin.atLeader(abort));
      String id = options.ids().get(0);
      boolean mayHaveBeenCalledOff = result.equals("nothing") && abort.mayBeDone;
      // Or it had come too late, or a leader was lost with it that had let the host in already.
      String role = mayHaveBeenCalledOff ? roleOf(id) : "";
      boolean gone = mayHaveBeenCalledOff && role.isEmpty();
      if (options.json()) {
        say(Map.of("aborted", result));
      } else {
        console.say(
            switch (result) {
              case "called_off" -> "the addition of " + id + " is called off";
              case "too_late" ->
                "it is too late: " + id
                    + " is being given its role; remove or demote it afterwards";
              default ->
                id + " is not being added"
                    + (mayHaveBeenCalledOff ? " (any more)" : "")
                    + (role.isEmpty() ? "" : "; it is a " + role + ": remove or demote it");
            });
      }
      return result.equals("called_off") || gone ? CommandLine.OK : CommandLine.FAILED;
    }

    /** Empty if it is no member. */
    private String roleOf(String id) {
      return look("MEMBERS").stream()
          .filter(member -> id.equals(member.get("id")))
          .map(member -> member.getOrDefault("role", ""))
          .findFirst()
          .orElse("");
    }

    private void say(Object json) {
      console.say(JsonText.of(json));
    }

    private final class Change implements LeaderRequest {
      /** Told anew each time how long it may take. */
      @Override
      public List<String> words() {
        List<String> words = raft();
        if (AdminOptions.WAIT_FOR_CATCH_UP.contains(options.verb())) {
          words.add("TIMEOUT");
          words.add(String.valueOf(admin.left().toMillis()));
        }
        return words;
      }

      @Override
      public void whileAwaited(HostPort leader) {
        showProgress(leader);
      }
    }

    /** Asked again after an answer that was lost, it finds nothing to call off if it has done so. */
    private final class Abort implements LeaderRequest {
      private boolean mayBeDone;

      @Override
      public List<String> words() {
        return raft();
      }

      @Override
      public void mayHaveBeenDone() {
        mayBeDone = true;
      }
    }

    /** Without a target whoever leads hands over, each time. */
    private final class Transfer implements LeaderRequest {
      @Override
      public List<String> words() {
        return raft();
      }

      @Override
      public boolean isSafeToRepeat() {
        return !options.ids().isEmpty();
      }
    }
  }
}
