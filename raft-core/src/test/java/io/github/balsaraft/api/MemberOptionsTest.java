package io.github.balsaraft.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class MemberOptionsTest {

  /** A configuration holds whole milliseconds; what was agreed on would be another delay than was asked for. */
  @Test
  void aDelayWithAFractionOfAMillisecondIsRefused() {
    Duration fraction = Duration.ofNanos(1_500_000);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AddOptions.voter().withCampaignDelay(fraction))
        .withMessageContaining("whole milliseconds");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MemberOptions.NONE.withCampaignDelay(fraction))
        .withMessageContaining("whole milliseconds");
    Duration longest = Duration.ofHours(1);
    assertThat(AddOptions.voter().withCampaignDelay(longest).campaignDelay()).isEqualTo(longest);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AddOptions.voter().withCampaignDelay(longest.plusMillis(1)));
  }

  @Test
  void anAddressIsNotBlank() {
    assertThatIllegalArgumentException().isThrownBy(() -> MemberOptions.NONE.withAddress(" "));
  }
}
