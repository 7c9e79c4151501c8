package io.github.balsaraft.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;

/** Looks at all settings of options, so that none that is added later is forgotten. */
final class Settings {

  private Settings() {}

  /**
   * A copy has every setting, and all of them are printed.
   *
   * @param changed none of its settings is the default
   */
  static <T> void assertCopied(Class<T> type, T defaults, T changed, T copy) throws Exception {
    List<Method> settings = of(type);
    assertThat(settings).hasSizeGreaterThan(5);
    for (Method setting : settings) {
      Object value = setting.invoke(changed);
      assertThat(value)
          .as("%s was changed above", setting.getName())
          .isNotEqualTo(setting.invoke(defaults));
      assertThat(setting.invoke(copy)).as(setting.getName()).isEqualTo(value);
      assertThat(changed.toString()).contains(setting.getName() + "=" + value);
    }
    assertThat(copy).isEqualTo(changed).hasSameHashCodeAs(changed).isNotSameAs(changed);
  }

  private static List<Method> of(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .filter(method -> method.getParameterCount() == 0)
        .filter(method -> !List.of("hashCode", "toString", "toBuilder").contains(method.getName()))
        .toList();
  }
}
