package io.github.balsaraft.api;

import io.github.balsaraft.model.Member;
import java.time.Duration;
import java.util.Optional;

/**
 * What is to change of a member; what is empty stays.
 *
 * @param priority see {@link AddOptions#priority}
 * @param campaignDelay see {@link AddOptions#campaignDelay}
 * @param address where the others reach it, {@code host:port} as the transport understands it, 1 to 255 characters. They follow at
 *     once; one that is started with another address for this host in its own list goes by that
 */
public record MemberOptions(
    Optional<Integer> priority, Optional<Duration> campaignDelay, Optional<String> address) {

  /** Nothing to change. */
  public static final MemberOptions NONE =
      new MemberOptions(Optional.empty(), Optional.empty(), Optional.empty());

  public MemberOptions {
    priority.ifPresent(Member::checkPriority);
    campaignDelay.ifPresent(Limits::checkCampaignDelay);
    address.ifPresent(Member::checkAddress);
  }

  /** The same with a priority. */
  public MemberOptions withPriority(int newPriority) {
    return new MemberOptions(Optional.of(newPriority), campaignDelay, address);
  }

  /** The same with a campaign delay. */
  public MemberOptions withCampaignDelay(Duration newCampaignDelay) {
    return new MemberOptions(priority, Optional.of(newCampaignDelay), address);
  }

  /** The same with an address. */
  public MemberOptions withAddress(String newAddress) {
    return new MemberOptions(priority, campaignDelay, Optional.of(newAddress));
  }
}
