package io.github.balsaraft;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasModifiers.Predicates.modifier;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** The arrows between the packages, as docs/architecture.md draws them: they only point downwards. */
class ArchitectureTest {

  private static final String ROOT = "io.github.balsaraft";

  /** Everything that is compiled together with the way in: the main classes, and no test. */
  private static final JavaClasses CLASSES = new ClassFileImporter()
      .importUrl(RaftNode.class.getProtectionDomain().getCodeSource().getLocation());

  @Test
  void arrowsPointDownwards() {
    layeredArchitecture()
        .consideringOnlyDependenciesInAnyPackage(ROOT + "..")
        .layer("entry")
        .definedBy(ROOT)
        .layer("node")
        .definedBy(ROOT + ".node..")
        .layer("session")
        .definedBy(ROOT + ".session..")
        .layer("api")
        .definedBy(ROOT + ".api..")
        .layer("storage")
        .definedBy(ROOT + ".storage..")
        .layer("transport")
        .definedBy(ROOT + ".transport..")
        .layer("core")
        .definedBy(ROOT + ".core..")
        .layer("model")
        .definedBy(ROOT + ".model..")
        .ensureAllClassesAreContainedInArchitecture()
        .whereLayer("entry")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("node")
        .mayOnlyBeAccessedByLayers("entry")
        .whereLayer("session")
        .mayOnlyBeAccessedByLayers("entry", "node")
        .whereLayer("api")
        .mayOnlyBeAccessedByLayers("entry", "node", "session")
        // NodeStatus shows how durable the log is and what the ways to the peers are like.
        .whereLayer("storage")
        .mayOnlyBeAccessedByLayers("entry", "node", "api")
        .whereLayer("transport")
        .mayOnlyBeAccessedByLayers("entry", "node", "api")
        .whereLayer("core")
        .mayOnlyBeAccessedByLayers("node")
        .check(CLASSES);
  }

  @Test
  void thereIsNoCircle() {
    slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
  }

  /** Its clocks, threads, files and logs would make a run that can't be repeated. */
  @Test
  void theCoreNeedsTheModelAndAQuietPartOfJava() {
    classes()
        .that()
        .resideInAPackage(ROOT + ".core..")
        .should()
        .onlyDependOnClassesThat(resideInAnyPackage(
                ROOT + ".core..",
                ROOT + ".model..",
                "java.lang",
                "java.lang.invoke",
                "java.lang.runtime",
                "java.util",
                "java.util.function",
                "java.util.stream",
                "org.jspecify.annotations")
            .and(not(noisy())))
        .check(CLASSES);
  }

  @Test
  void theModelNeedsNoThreadsClocksFilesOrLogs() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".model..")
        .should()
        .dependOnClassesThat(resideInAnyPackage(
                "java.util.concurrent..",
                "java.io..",
                "java.nio.file..",
                "java.nio.channels..",
                "java.net..",
                "java.time..",
                "org.slf4j..")
            .or(noisy()))
        .check(CLASSES);
  }

  private static DescribedPredicate<JavaClass> noisy() {
    return describe(
        "threads, processes and sources of randomness",
        type -> type.isEquivalentTo(Thread.class)
            || type.isEquivalentTo(ThreadLocal.class)
            || type.isEquivalentTo(Runtime.class)
            || type.isEquivalentTo(Process.class)
            || type.isEquivalentTo(java.util.Random.class)
            || type.isEquivalentTo(java.util.SplittableRandom.class)
            || type.isEquivalentTo(java.util.UUID.class)
            || type.isEquivalentTo(java.util.Timer.class)
            || type.isEquivalentTo(java.util.Date.class));
  }

  private static <T> DescribedPredicate<T> not(DescribedPredicate<T> predicate) {
    return DescribedPredicate.not(predicate);
  }

  @Test
  void theCoreAndTheModelKeepNothingBetweenRuns() {
    fields()
        .that()
        .areStatic()
        .and()
        .areDeclaredInClassesThat(
            resideInAPackage(ROOT + ".core..").or(resideInAPackage(ROOT + ".model..")))
        .should()
        .beFinal()
        .check(CLASSES);
    // Final is not enough: a collection or an array can be filled.
    fields()
        .that(modifier(JavaModifier.STATIC).<JavaField>forSubtype())
        .and()
        .areDeclaredInClassesThat(resideInAPackage(ROOT + ".core.."))
        .and(describe("are not made by the compiler", field -> !isSynthetic(field)))
        .should()
        .haveRawType(describe("a value", ArchitectureTest::isValue))
        .check(CLASSES);
  }

  private static boolean isSynthetic(JavaField field) {
    return field.getModifiers().contains(JavaModifier.SYNTHETIC)
        || field.getName().contains("$");
  }

  private static boolean isValue(JavaClass type) {
    return type.isPrimitive()
        || type.isEquivalentTo(String.class)
        || type.isEnum()
        || type.isRecord()
        || type.isEquivalentTo(java.util.Comparator.class)
        || type.getPackageName().startsWith(ROOT + ".model");
  }

  @Test
  void nobodyPrintsOrEndsTheProcess() {
    noClasses()
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .callMethod(System.class, "exit", int.class)
        .check(CLASSES);
  }

  @Test
  void theOnlyLibraryIsSlf4j() {
    classes()
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(ROOT + "..", "java..", "org.slf4j..", "org.jspecify.annotations"))
        .check(CLASSES);
  }
}
