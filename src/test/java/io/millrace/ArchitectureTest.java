package io.millrace;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows between the packages: what each may import, as the design has it. */
@AnalyzeClasses(packages = "io.millrace", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String[] JAVA = {"java..", "org.jspecify.annotations.."};
  private static final String EJML = "org.ejml..";
  private static final String JACKSON = "com.fasterxml.jackson..";
  private static final String LOG = "org.slf4j..";
  private static final String MICROMETER = "io.micrometer..";
  private static final String KAFKA = "org.apache.kafka..";

  @ArchTest static final ArchRule nn = only("nn", EJML, "jdk.incubator.vector..");
  @ArchTest static final ArchRule example = only("example", EJML);
  @ArchTest static final ArchRule learn = only("learn", ours("nn"), ours("example"), EJML);

  @ArchTest
  static final ArchRule codec =
      only(
          "codec",
          ours("example"),
          ours("learn"),
          ours("nn"),
          EJML,
          JACKSON,
          "com.dynatrace.hash4j..",
          "ch.randelshofer.fastdoubleparser..",
          "ai.onnx.proto..",
          "com.google.protobuf..",
          "org.apache.kafka.common.serialization..",
          "org.apache.kafka.common.header..");

  @ArchTest
  static final ArchRule config =
      only("config", ours("nn"), ours("example"), JACKSON, "org.apache.commons.text..");

  @ArchTest
  static final ArchRule topology =
      only(
          "topology",
          ours("nn"),
          ours("example"),
          ours("learn"),
          ours("codec"),
          ours("config"),
          KAFKA,
          LOG);

  @ArchTest
  static final ArchRule telemetry =
      only(
          "telemetry",
          ours("example"),
          ours("learn"),
          MICROMETER,
          "org.apache.kafka.streams..",
          LOG);

  @ArchTest
  static final ArchRule web =
      only(
          "web",
          ours("learn"),
          ours("codec"),
          ours("telemetry"),
          "io.undertow..",
          "org.xnio..",
          JACKSON,
          LOG);

  @ArchTest static final ArchRule broker = only("broker", KAFKA, "kafka..", "scala..", LOG);

  @ArchTest
  static final ArchRule app =
      noClasses()
          .that()
          .resideOutsideOfPackage(ours("app"))
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ours("app"));

  @ArchTest
  static final ArchRule cycles = slices().matching("io.millrace.(*)..").should().beFreeOfCycles();

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

  /** A package depends on itself, the JDK and these packages only. */
  private static ArchRule only(String name, String... packages) {
    return classes()
        .that()
        .resideInAPackage(ours(name))
        .should()
        .onlyDependOnClassesThat(in(packages).or(in(ours(name))));
  }

  private static DescribedPredicate<JavaClass> in(String... packages) {
    return resideInAnyPackage(packages).or(resideInAnyPackage(JAVA));
  }

  private static String ours(String name) {
    return "io.millrace." + name + "..";
  }
}
