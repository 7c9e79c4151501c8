package io.github.balsaraft.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.storage.LogStore.Durability;
import io.github.balsaraft.testing.LogStoreContract;
import org.junit.jupiter.api.Test;

class MemoryLogStoreTest extends LogStoreContract {

  private final MemoryLogStore.Contents contents = new MemoryLogStore.Contents();

  @Override
  protected LogStore open() {
    return new MemoryLogStore(contents);
  }

  @Test
  void saysThatNothingSurvives() {
    assertThat(new MemoryLogStore().durability()).isEqualTo(Durability.UNSAFE_IN_MEMORY);
  }

  @Test
  void newStoresShareNothing() {
    assertThat(new MemoryLogStore().contents()).isNotSameAs(new MemoryLogStore().contents());
  }
}
