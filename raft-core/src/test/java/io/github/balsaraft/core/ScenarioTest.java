package io.github.balsaraft.core;

import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Stories about whole clusters, told in {@code testdata/scenarios}; {@link Scenario} describes their language. */
class ScenarioTest {

  @TestFactory
  @DisplayName("each story goes as its file says")
  Stream<DynamicTest> scenarios() {
    return DataFile.tests("scenarios", file -> new Scenario()::execute);
  }
}
