package io.github.balsaraft.node;

import io.github.balsaraft.api.AddOptions;
import io.github.balsaraft.api.ChangePreview;
import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.core.CoreView;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.ReplicaId;
import java.util.List;
import java.util.Optional;

/** Says what would become of an operator's change. */
final class Previews {

  /** Stands for the replica of a host that has not asked yet. */
  private static final ReplicaId MADE_UP = new ReplicaId(-1);

  private Previews() {}

  static ChangePreview of(CoreView core, ConfigurationChange change, Guests guests) {
    return of(core, change, guests, List.of());
  }

  private static ChangePreview of(
      CoreView core, ConfigurationChange change, Guests guests, List<String> notes) {
    Configuration current = core.configuration();
    ChangePlan plan = ChangePlan.of(
        change,
        current,
        core.configurationIndex(),
        core.additions(),
        guests,
        AddOptions.DEFAULT_TIME_LIMIT.toNanos());
    if (plan instanceof ChangePlan.Refuse refuse) {
      return new ChangePreview(List.of(refuse.refusal()), current, Optional.empty(), false, notes);
    } else if (plan instanceof ChangePlan.Propose propose) {
      var preview = core.previewChange(propose.change());
      return new ChangePreview(
          preview.refusals(),
          current,
          Optional.ofNullable(preview.target()),
          preview.isJoint(),
          notes);
    } else if (plan instanceof ChangePlan.AwaitHost await) {
      return of(
          core,
          change,
          guestOn(await.host()),
          List.of(
              await.host() + " has not asked to be let in yet: start its node so that it joins"));
    }
    return new ChangePreview(
        List.of(), current, Optional.of(current), false, List.of("it is so already"));
  }

  private static Guests guestOn(HostId host) {
    Guests guests = new Guests(new Guests.Routes() {
      @Override
      public void open(HostId guest, String address) {}

      @Override
      public void close(HostId guest) {}
    });
    guests.heard(host, host.name(), MADE_UP, 0);
    return guests;
  }
}
