package io.github.balsaraft.testing.simulation.world;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What one observer is told, several are. */
class ObserversTest {

  private final List<String> told = new ArrayList<>();
  private final Observers observers = new Observers();

  private Observer observer() {
    return (Observer) Proxy.newProxyInstance(
        Observer.class.getClassLoader(),
        new Class<?>[] {Observer.class},
        (self, method, values) -> {
          told.add(method.getName());
          return method.getReturnType() == boolean.class ? true : null;
        });
  }

  @Test
  @DisplayName("every event reaches each of them, and what one of them wants is wanted")
  void nothingIsForgotten() throws ReflectiveOperationException {
    observers.add(observer());
    observers.add(Observer.NONE);
    List<Method> methods = Arrays.stream(Observer.class.getDeclaredMethods())
        .filter(Method::isDefault)
        .toList();
    assertThat(methods).hasSizeGreaterThan(20);
    for (Method method : methods) {
      told.clear();
      Object[] nothing =
          Arrays.stream(method.getParameterTypes()).map(ObserversTest::nothing).toArray();
      Object answer = method.invoke(observers, nothing);
      assertThat(told).as(method.getName()).containsExactly(method.getName());
      assertThat(answer).isIn(null, true);
    }
  }

  private static Object nothing(Class<?> type) {
    if (type == int.class) {
      return 0;
    }
    return type == long.class ? (Object) 0L : null;
  }
}
