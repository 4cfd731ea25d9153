package io.millrace;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.Console;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Formatter;
import java.util.Locale;
import java.util.Map;
import java.util.Scanner;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which package may depend on which: every arrow points down and there are no cycles. And which
 * methods of the JDK nothing may call.
 */
@AnalyzeClasses(packages = "io.millrace", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String[] JAVA = {"java..", "org.jspecify.annotations.."};
  private static final String EJML = "org.ejml..";
  private static final String JACKSON = "com.fasterxml.jackson..";
  private static final String LOG = "org.slf4j..";
  private static final String MICROMETER = "io.micrometer..";
  private static final String KAFKA = "org.apache.kafka..";

  /** The ways to a text or a number that take a {@link Locale}, used without one. */
  private static final Map<Class<?>, Set<String>> FORMATS =
      Map.of(
          String.class, Set.of("format", "formatted", "toLowerCase", "toUpperCase"),
          PrintStream.class, Set.of("format", "printf"),
          PrintWriter.class, Set.of("format", "printf"),
          Console.class, Set.of("format", "printf", "readLine", "readPassword"),
          Formatter.class, Set.of("<init>"),
          Scanner.class, Set.of("<init>"),
          DateTimeFormatter.class, Set.of("ofPattern", "ofLocalizedDate", "ofLocalizedTime"),
          DateTimeFormatterBuilder.class, Set.of("toFormatter"),
          Locale.class, Set.of("getDefault"));

  private static final DescribedPredicate<JavaAccess<?>> dependsOnTheDefaultLocale =
      DescribedPredicate.describe(
          "depends on the default locale (use Locale.ROOT)",
          access ->
              access.getTarget() instanceof CodeUnitAccessTarget called
                  && (called.getOwner().getPackageName().equals("java.text")
                      || FORMATS.entrySet().stream()
                          .anyMatch(
                              format ->
                                  called.getOwner().isEquivalentTo(format.getKey())
                                      && format.getValue().contains(called.getName())))
                  && called.getRawParameterTypes().stream()
                      .noneMatch(parameter -> parameter.isEquivalentTo(Locale.class)));

  @ArchTest static final ArchRule nn = only("nn", EJML, "jdk.incubator.vector..");
  @ArchTest static final ArchRule example = only("example", ours("nn"), EJML);

  @ArchTest
  static final ArchRule quality = only("learn.quality", ours("nn"), ours("example"), EJML);

  @ArchTest
  static final ArchRule learn =
      only("learn", ours("learn.quality"), ours("nn"), ours("example"), EJML);

  @ArchTest static final ArchRule codec = only("codec", JACKSON);

  @ArchTest static final ArchRule plain = only("codec.plain", "ch.randelshofer.fastdoubleparser..");

  @ArchTest
  static final ArchRule log =
      only(
          "codec.log",
          ours("codec"),
          ours("learn"),
          ours("learn.quality"),
          ours("example"),
          ours("nn"),
          EJML,
          "org.apache.kafka.common.header..");

  @ArchTest
  static final ArchRule event =
      only(
          "codec.event",
          ours("codec.plain"),
          ours("codec.log"),
          ours("codec"),
          ours("example"),
          ours("nn"),
          EJML,
          JACKSON,
          "com.dynatrace.hash4j..");

  @ArchTest
  static final ArchRule published =
      only(
          "codec.published",
          ours("codec.log"),
          ours("codec"),
          ours("learn"),
          ours("learn.quality"),
          ours("example"),
          ours("nn"),
          EJML,
          JACKSON,
          "ai.onnx.proto..",
          "com.google.protobuf..");

  @ArchTest static final ArchRule config = only("config", ours("nn"), ours("example"));

  @ArchTest
  static final ArchRule reader =
      only(
          "config.reader",
          ours("config"),
          ours("nn"),
          ours("example"),
          "org.yaml.snakeyaml..",
          "org.apache.commons.text..");

  @ArchTest
  static final ArchRule topology =
      only(
          "topology",
          ours("codec.event"),
          ours("codec.log"),
          ours("codec.published"),
          ours("codec"),
          ours("learn"),
          ours("learn.quality"),
          ours("config"),
          ours("example"),
          ours("nn"),
          KAFKA,
          LOG);

  @ArchTest
  static final ArchRule topics =
      only("topology.topics", ours("topology"), ours("config"), KAFKA, LOG);

  @ArchTest
  static final ArchRule predict =
      only(
          "topology.predict",
          ours("topology"),
          ours("codec.event"),
          ours("codec.log"),
          ours("codec.published"),
          ours("codec"),
          ours("learn"),
          ours("learn.quality"),
          ours("config"),
          ours("example"),
          ours("nn"),
          KAFKA,
          LOG);

  @ArchTest
  static final ArchRule telemetry =
      only(
          "telemetry",
          ours("example"),
          ours("learn"),
          ours("learn.quality"),
          MICROMETER,
          "org.apache.kafka.streams..",
          LOG);

  @ArchTest
  static final ArchRule web =
      only("web", ours("learn"), ours("config"), "io.undertow..", "org.xnio..", JACKSON, LOG);

  @ArchTest static final ArchRule broker = only("broker", KAFKA, "kafka..", "scala..", LOG);

  @ArchTest static final ArchRule process = noneOfApp("app.process");
  @ArchTest static final ArchRule kafka = noneOfApp("app.kafka", "app.process");
  @ArchTest static final ArchRule events = noneOfApp("app.events", "app.kafka", "app.process");
  @ArchTest static final ArchRule run = noneOfApp("app.run", "app.kafka", "app.process");

  @ArchTest
  static final ArchRule show = noneOfApp("app.show", "app.run", "app.kafka", "app.process");

  @ArchTest
  static final ArchRule app =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.millrace.app..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.millrace.app..");

  @ArchTest
  static final ArchRule cycles = slices().matching("io.millrace.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule internalsOfKafkaStreams =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.millrace.topology.LiveStore")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.kafka.streams..internals..");

  @ArchTest
  static final ArchRule serverOfKafka =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.millrace.broker.KafkaNode")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("kafka..");

  /**
   * The locale of the machine reaches no byte: under fa-IR {@code %d} writes other digits, in the
   * keys of the state as in what people read. So every format names its locale, which is ROOT.
   */
  @ArchTest
  static final ArchRule locale = noClasses().should().accessTargetWhere(dependsOnTheDefaultLocale);

  /** A package depends on itself, the JDK and these packages only. */
  private static ArchRule only(String name, String... packages) {
    return classes()
        .that()
        .resideInAPackage(ours(name))
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(packages)
                .or(resideInAnyPackage(ours(name)))
                .or(resideInAnyPackage(JAVA)));
  }

  /** Of the packages of the commands, a package depends on itself and these only. */
  private static ArchRule noneOfApp(String name, String... packages) {
    return classes()
        .that()
        .resideInAPackage(ours(name))
        .should()
        .onlyDependOnClassesThat(
            resideOutsideOfPackage("io.millrace.app..")
                .or(resideInAnyPackage(ours(name)))
                .or(resideInAnyPackage(ours(packages))));
  }

  /** One package of ours, without those in it. */
  private static String ours(String name) {
    return "io.millrace." + name;
  }

  private static String[] ours(String... names) {
    return Stream.of(names).map(ArchitectureTest::ours).toArray(String[]::new);
  }
}
