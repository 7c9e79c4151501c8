package io.github.balsaraft.testing.simulation;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Optional;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/** What to type to run a test again. */
public final class TestCommand {

  /** The other modules of a build have no such test, and may not fail for that. */
  private static final String OF_NO_OTHER_MODULE = " -Dsurefire.failIfNoSpecifiedTests=false";

  private TestCommand() {}

  /** The command for a method of a test, from any folder of the build. */
  public static String of(Class<?> test, String method) {
    String name = nameOf(test);
    // A shell would take what follows the dollar of a nested class for a variable.
    String quote = name.contains("$") ? "'" : "";
    return "mvn test -Dtest=" + quote + name + "#" + method + quote + OF_NO_OTHER_MODULE;
  }

  /** The command for the test that runs on this thread; none if no method of a test has called this one, be it through others. */
  public static Optional<String> ofCaller() {
    return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
        .walk(frames -> frames
            .filter(frame -> isTest(frame.getDeclaringClass(), frame.getMethodName()))
            .findFirst()
            .map(frame -> of(frame.getDeclaringClass(), frame.getMethodName())));
  }

  private static boolean isTest(Class<?> declaring, String method) {
    try {
      return Arrays.stream(declaring.getDeclaredMethods())
          .filter(one -> one.getName().equals(method))
          .anyMatch(TestCommand::isAnnotated);
    } catch (LinkageError e) {
      // A class of a library whose own needs aren't all there; it is no test.
      return false;
    }
  }

  private static boolean isAnnotated(Method method) {
    return AnnotationSupport.isAnnotated(method, Testable.class);
  }

  /** As a build tool knows it: one that is nested goes by the name of the outer one too. */
  static String nameOf(Class<?> test) {
    return test.getName().substring(test.getPackageName().length() + 1);
  }
}
