package io.github.balsaraft.core;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Copies a replica with everything that it consists of, so that several futures can be tried from one state. Our own classes
 * are copied field by field, those of the JDK through their public methods; values that never change are shared.
 */
final class ObjectGraph {

  private static final Map<Class<?>, List<Field>> FIELDS = new HashMap<>();
  private static final Map<Class<?>, Boolean> SHARED = new HashMap<>();
  private static final Map<Class<?>, Constructor<?>> CONSTRUCTORS = new HashMap<>();
  private static final Object ALLOCATOR;
  private static final Method ALLOCATE;

  static {
    try {
      // Objects without running a constructor: a copy must not start timers or append entries.
      Class<?> unsafe = Class.forName("sun.misc.Unsafe");
      Field instance = unsafe.getDeclaredField("theUnsafe");
      instance.setAccessible(true);
      ALLOCATOR = instance.get(null);
      ALLOCATE = unsafe.getMethod("allocateInstance", Class.class);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  private final IdentityHashMap<Object, Object> copies = new IdentityHashMap<>();

  private ObjectGraph() {}

  @SuppressWarnings("unchecked")
  static <T> T copy(T root) {
    try {
      return (T) new ObjectGraph().copyOf(root);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  /** The fields of an object of ours, those of its superclasses included, by name. */
  static List<Field> fields(Class<?> type) {
    return FIELDS.computeIfAbsent(type, ObjectGraph::findFields);
  }

  private static List<Field> findFields(Class<?> type) {
    List<Field> found = new ArrayList<>();
    for (Class<?> at = type; at != Object.class && at != Record.class; at = at.getSuperclass()) {
      for (Field field : at.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers())) {
          field.setAccessible(true);
          found.add(field);
        }
      }
    }
    found.sort(Comparator.comparing(Field::getName));
    return found;
  }

  /** The value of a field, by name. */
  static Object get(Object owner, String name) {
    try {
      return field(owner, name).get(owner);
    } catch (IllegalAccessException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  /** Gives a field another value. */
  static void set(Object owner, String name, long value) {
    try {
      field(owner, name).setLong(owner, value);
    } catch (IllegalAccessException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  private static Field field(Object owner, String name) {
    for (Field field : fields(owner.getClass())) {
      if (field.getName().equals(name)) {
        return field;
      }
    }
    throw new IllegalArgumentException(owner.getClass() + " has no field " + name);
  }

  /** Whether objects of this class never change. */
  static boolean isValue(Class<?> type) {
    return SHARED.computeIfAbsent(type, ObjectGraph::findOutWhetherValue);
  }

  private static boolean findOutWhetherValue(Class<?> type) {
    return type.isEnum()
        || isLambdaOfNothing(type)
        || type == String.class
        || type == Long.class
        || type == Integer.class
        || type == Boolean.class
        || type == CoreOptions.class
        || type == CoreWrite.class
        || type.getPackageName().startsWith("io.github.balsaraft.model")
        || (type.getEnclosingClass() == FakeDisk.class && type.isRecord())
        || RandomSource.class.isAssignableFrom(type);
  }

  /** One that refers to something would lead from the copy back to the original. */
  private static boolean isLambdaOfNothing(Class<?> type) {
    if (type.isHidden() && type.getDeclaredFields().length > 0) {
      throw new AssertionError("nobody has said how to copy a lambda that refers to something");
    }
    return type.isHidden();
  }

  private Object copyOf(Object original) throws ReflectiveOperationException {
    if (original == null || isValue(original.getClass())) {
      return original;
    }
    Object known = copies.get(original);
    if (known != null) {
      return known;
    }
    Object copy = makeCopy(original);
    copies.put(original, copy);
    return copy;
  }

  private Object makeCopy(Object original) throws ReflectiveOperationException {
    Class<?> type = original.getClass();
    if (type.isArray()) {
      return copyArray(original);
    } else if (original instanceof List<?> list) {
      List<Object> copy = new ArrayList<>(list.size());
      for (Object element : list) {
        copy.add(copyOf(element));
      }
      return copy;
    } else if (original instanceof ArrayDeque<?> deque) {
      ArrayDeque<Object> copy = new ArrayDeque<>(Math.max(4, deque.size()));
      for (Object element : deque) {
        copy.add(copyOf(element));
      }
      return copy;
    } else if (original instanceof TreeMap<?, ?> map) {
      TreeMap<Object, Object> copy = new TreeMap<>();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        copy.put(copyOf(entry.getKey()), copyOf(entry.getValue()));
      }
      return copy;
    } else if (original instanceof TreeSet<?> set) {
      TreeSet<Object> copy = new TreeSet<>();
      for (Object element : set) {
        copy.add(copyOf(element));
      }
      return copy;
    } else if (!type.getPackageName().startsWith("io.github.balsaraft")) {
      throw new AssertionError("nobody has said how to copy a " + type);
    }
    return type.isRecord() ? copyRecord(original) : copyObject(original);
  }

  private Object copyArray(Object original) throws ReflectiveOperationException {
    int length = Array.getLength(original);
    Object copy = Array.newInstance(original.getClass().getComponentType(), length);
    if (original instanceof Object[] elements) {
      for (int i = 0; i < length; i++) {
        Array.set(copy, i, copyOf(elements[i]));
      }
    } else {
      System.arraycopy(original, 0, copy, 0, length);
    }
    return copy;
  }

  private Object copyRecord(Object original) throws ReflectiveOperationException {
    RecordComponent[] components = original.getClass().getRecordComponents();
    Object[] values = new Object[components.length];
    boolean changed = false;
    for (int i = 0; i < components.length; i++) {
      Object value = get(original, components[i].getName());
      values[i] = copyOf(value);
      changed |= values[i] != value;
    }
    return changed ? constructor(original.getClass()).newInstance(values) : original;
  }

  private static Constructor<?> constructor(Class<?> type) {
    return CONSTRUCTORS.computeIfAbsent(type, key -> {
      Constructor<?> canonical = key.getDeclaredConstructors()[0];
      canonical.setAccessible(true);
      return canonical;
    });
  }

  private Object copyObject(Object original) throws ReflectiveOperationException {
    Object copy = ALLOCATE.invoke(ALLOCATOR, original.getClass());
    // Before its fields, which may lead back to it.
    copies.put(original, copy);
    for (Field field : fields(original.getClass())) {
      if (field.getType().isPrimitive()) {
        copyPrimitive(field, original, copy);
      } else {
        field.set(copy, copyOf(field.get(original)));
      }
    }
    return copy;
  }

  private static void copyPrimitive(Field field, Object from, Object to)
      throws IllegalAccessException {
    if (field.getType() == long.class) {
      field.setLong(to, field.getLong(from));
    } else if (field.getType() == int.class) {
      field.setInt(to, field.getInt(from));
    } else if (field.getType() == boolean.class) {
      field.setBoolean(to, field.getBoolean(from));
    } else {
      field.set(to, field.get(from));
    }
  }
}
