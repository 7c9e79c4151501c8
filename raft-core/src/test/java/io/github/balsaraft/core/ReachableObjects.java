package io.github.balsaraft.core;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Counts what an object of ours holds on to: our own objects and what is in arrays and collections. */
final class ReachableObjects {

  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Deque<Object> next = new ArrayDeque<>();

  private ReachableObjects() {}

  static int count(Object root) {
    try {
      return new ReachableObjects().walk(root);
    } catch (IllegalAccessException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  private int walk(Object root) throws IllegalAccessException {
    see(root);
    while (!next.isEmpty()) {
      Object at = next.pop();
      if (at instanceof Collection<?> collection) {
        collection.forEach(this::see);
      } else if (at instanceof Map<?, ?> map) {
        map.keySet().forEach(this::see);
        map.values().forEach(this::see);
      } else if (at.getClass().isArray()) {
        seeElements(at);
      } else if (isOurs(at.getClass())) {
        for (Field field : ObjectGraph.fields(at.getClass())) {
          see(field.get(at));
        }
      }
    }
    return seen.size();
  }

  private static boolean isOurs(Class<?> type) {
    return type.getName().startsWith("io.github.balsaraft.")
        && !Enum.class.isAssignableFrom(type)
        && !type.isHidden();
  }

  private void seeElements(Object array) {
    if (!array.getClass().getComponentType().isPrimitive()) {
      for (int i = 0; i < Array.getLength(array); i++) {
        see(Array.get(array, i));
      }
    }
  }

  private void see(@Nullable Object object) {
    if (object != null && seen.add(object)) {
      next.push(object);
    }
  }
}
