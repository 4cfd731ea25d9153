package io.millrace.config.reader;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.config.ConfigException;
import io.millrace.config.ExampleConfig;
import io.millrace.config.Format;
import io.millrace.config.MillraceConfig;
import io.millrace.example.Cycle;
import io.millrace.example.Feature;
import io.millrace.example.Features;
import io.millrace.example.FieldPath;
import io.millrace.example.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExampleSectionTest {
  /** The list of the contract. */
  private static final String NAMED =
      """
      application: flights
      kafka: {bootstrap.servers: localhost:9092}
      example:
        features:
          - distance
          - {field: price, missing: 0}
          - {field: origin, oneHot: [ATL, LAS, ORD]}
          - {field: destination, hash: 64}
          - {field: date, time: [hourOfDay, dayOfWeek]}
          - /customer/age
        label: {field: delay, above: 15}
      """;

  private static FieldPath field(String text) {
    return FieldPath.parse(text);
  }

  @Test
  void shouldReadTheListOfTheContract() throws ConfigException {
    MillraceConfig config = ConfigFixture.read(NAMED);

    assertThat(config.example())
        .isEqualTo(
            new ExampleConfig(
                Format.JSON,
                new Features.Named(
                    List.of(
                        new Feature.Numeric(field("distance"), OptionalDouble.empty()),
                        new Feature.Numeric(field("price"), OptionalDouble.of(0)),
                        new Feature.OneHot(field("origin"), List.of("ATL", "LAS", "ORD")),
                        new Feature.Hashed(field("destination"), 64),
                        new Feature.Time(
                            field("date"),
                            List.of(Cycle.HOUR_OF_DAY, Cycle.DAY_OF_WEEK),
                            ZoneOffset.UTC),
                        new Feature.Numeric(field("/customer/age"), OptionalDouble.empty()))),
                new Target.Above(field("delay"), 15)));
    assertThat(config.model().inputs()).isEqualTo(1 + 1 + 3 + 64 + 4 + 1);
  }

  @Test
  void shouldNameTheInputs() throws ConfigException {
    MillraceConfig config = ConfigFixture.read(NAMED.replace("hash: 64", "hash: 2"));

    assertThat(
            IntStream.range(0, config.model().inputs())
                .mapToObj(config.example().features()::inputName))
        .containsExactly(
            "distance",
            "price",
            "date.hourOfDay.sin",
            "date.hourOfDay.cos",
            "date.dayOfWeek.sin",
            "date.dayOfWeek.cos",
            "/customer/age",
            "origin=ATL",
            "origin=LAS",
            "origin=ORD",
            "destination#0",
            "destination#1");
    assertThat(ConfigFixture.read(ConfigFixture.MINIMAL).example().features().inputName(3))
        .isEqualTo("features[3]");
  }

  @Test
  void shouldTakeOverridesOfLabelAndList() throws ConfigException {
    MillraceConfig config =
        ConfigFixture.read(
            NAMED,
            "example.label.above=20",
            "example.features=[a, {field: \"b c\", time: [monthOfYear], zone: Europe/Berlin}]",
            "model.inputs=3");

    assertThat(config.example().label()).isEqualTo(new Target.Above(field("delay"), 20));
    assertThat(config.example().features())
        .isEqualTo(
            new Features.Named(
                List.of(
                    new Feature.Numeric(field("a"), OptionalDouble.empty()),
                    new Feature.Time(
                        field("b c"), List.of(Cycle.MONTH_OF_YEAR), ZoneId.of("Europe/Berlin")))));
    assertThat(
            ConfigFixture.read(ConfigFixture.MINIMAL, "example.label=y", "example.label.above=-1")
                .example()
                .label())
        .isEqualTo(new Target.Above(field("y"), -1));
  }

  @Test
  void shouldKeepTheTextOfCategories() throws ConfigException {
    MillraceConfig config =
        ConfigFixture.read(
            NAMED, "example.features=[{field: a, oneHot: [NO, 1.0, \"\", true, \"null\", 007]}]");

    assertThat(config.example().features())
        .isEqualTo(
            new Features.Named(
                List.of(
                    new Feature.OneHot(
                        field("a"), List.of("NO", "1.0", "", "true", "null", "007")))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          softmax | 3 | [A, B, C]
          softmax | 2 | [A, B]
          sigmoid | 1 | [A, B]
          """)
  void shouldTakeAsManyClassesAsTheModelTellsApart(String output, int outputs, String classes)
      throws ConfigException {
    MillraceConfig config =
        ConfigFixture.read(
            NAMED,
            "model.output=" + output,
            "model.outputs=" + outputs,
            "example.label={field: x, classes: " + classes + "}");

    assertThat(config.example().label()).isInstanceOf(Target.Classes.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          softmax  | 3 | classes: [A, B]    | 2 classes need model.output softmax with model.outputs 2, or sigmoid with 1; the model has softmax with 3
          softmax  | 2 | classes: [A, B, C] | 3 classes need model.output softmax with model.outputs 3; the model has softmax with 2
          sigmoid  | 1 | classes: [A, B, C] | 3 classes need model.output softmax with model.outputs 3; the model has sigmoid with 1
          sigmoid  | 2 | classes: [A, B]    | 2 classes need model.output softmax with model.outputs 2, or sigmoid with 1; the model has sigmoid with 2
          identity | 1 | classes: [A, B]    | 2 classes need model.output softmax with model.outputs 2, or sigmoid with 1; the model has identity with 1
          sigmoid  | 2 | above: 1           | above makes one label, 0 or 1, and needs model.outputs 1 (with softmax: 2); the model has 2
          softmax  | 3 | above: 1           | above makes one label, 0 or 1, and needs model.outputs 1 (with softmax: 2); the model has 3
          """)
  void shouldRefuseALabelThatTheModelCannotLearn(
      String output, int outputs, String label, String fault) {
    assertThat(
            ConfigFixture.faults(
                NAMED.replace("above: 15", label),
                "model.output=" + output,
                "model.outputs=" + outputs))
        .containsExactly("c.yaml:11: example.label: " + fault);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          distance                             | : the same entry as example.features[0]
          {field: distance, missing: 1}        | : the same entry as example.features[0]
          /distance                            | : the same entry as example.features[0]
          {feild: b}                           | .field: missing; write for example field: price under example.features[1]:~.feild: unknown key; did you mean example.features[1].field?
          {field: b, oneHot: [A], hash: 3}     | .hash: an entry has only one of missing, oneHot, hash and time; this one already has oneHot
          {field: b, onehot: [A]}              | .onehot: unknown key; did you mean example.features[1].oneHot?
          {field: b, above: 3}                 | .above: unknown key; did you mean example.label.above?
          {field: b, missing: 0, oneHot: [A]}  | .oneHot: missing is only for numbers: an entry with it cannot have oneHot
          {field: b, missing: 0, hash: 2}      | .hash: missing is only for numbers: an entry with it cannot have hash
          {field: b, missing: 0, time: [hourOfDay]} | .time: missing is only for numbers: an entry with it cannot have time
          {field: b, missing: x}               | .missing: expected a number, got "x"
          {field: b, missing: .nan}            | .missing: expected a number, got ".nan"
          {field: b, missing: }                | .missing: has no value; write for example missing: 0 under example.features[1]:
          {field: b, oneHot: A}                | .oneHot: expected a list such as [ATL, LAS, ORD], got "A"
          {field: b, oneHot: []}               | .oneHot: must not be empty; write for example [ATL, LAS, ORD]
          {field: b, oneHot: [A, B, A]}        | .oneHot[2]: "A" is listed twice
          {field: b, oneHot: [A, ~]}           | .oneHot[1]: has no value
          {field: b, oneHot: [[A]]}            | .oneHot[0]: expected a text, got a list
          {field: b, hash: 0}                  | .hash: must be at least 1, got "0"
          {field: b, hash: 2.5}                | .hash: expected a whole number, got "2.5"
          {field: b, time: hourOfDay}          | .time: expected a list such as [hourOfDay, dayOfWeek], got "hourOfDay"
          {field: b, time: [hour]}             | .time[0]: expected minuteOfHour, hourOfDay, dayOfWeek, dayOfMonth, dayOfYear or monthOfYear, got "hour"
          {field: b, time: [hourOfDay, hourOfDay]} | .time[1]: "hourOfDay" is listed twice
          {field: b, time: []}                 | .time: must not be empty; write for example [hourOfDay, dayOfWeek]
          {field: b, zone: UTC}                | .zone: needs time: [hourOfDay, ...], which this entry does not have
          {field: b, time: [hourOfDay], zone: Mars} | .zone: expected a time zone such as Europe/Berlin, UTC or +01:00, got "Mars"
          {field: ""}                          | .field: must not be empty, got ""
          {field: [a]}                         | .field: expected the name of a field, or a JSON Pointer such as /customer/age (in it ~1 is / and ~0 is ~), got a list
          /a~2                                 | : expected the name of a field, or a JSON Pointer such as /customer/age (in it ~1 is / and ~0 is ~), got "/a~2"
          /a~                                  | : expected the name of a field, or a JSON Pointer such as /customer/age (in it ~1 is / and ~0 is ~), got "/a~"
          ~                                    | : has no value
          [a]                                  | : expected the name of a field, or a JSON Pointer such as /customer/age (in it ~1 is / and ~0 is ~), got a list
          ${NOT_SET}                           | : not set in the environment, and has no default: NOT_SET
          {field: b, field: c}                 | .field: given twice, first at c.yaml:6
          """)
  void shouldNameEntryKeyAndLine(String entry, String faults) {
    String yaml =
        """
        application: flights
        kafka: {bootstrap.servers: localhost:9092}
        example:
          features:
            - distance
            - %s
          label: {field: delay, above: 15}
        """
            .formatted(entry);

    String[] expected = faults.split("~(?=\\.)");
    assertThat(ConfigFixture.faults(yaml))
        .containsExactly(
            java.util.Arrays.stream(expected)
                .map(fault -> "c.yaml:6: example.features[1]" + fault)
                .toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          features: []                          | features: must not be empty; write for example [distance, price]
          features: {a: b}                      | features: expected the name of one field, or a list of fields, got a mapping
          format: float64, features: [a]        | features: a list of fields needs format json, because the numbers of float64 have no names
          format: float32, label: {field: a, above: 1} | label: above and classes need format json, because the numbers of float32 have no names
          label: {field: x, above: 1, classes: [A, B]} | label.classes: a label has either above or classes; for a plain number omit both
          label: {field: x, classes: [A]}       | label.classes: needs at least two classes
          label: {field: x, classes: [A, A]}    | label.classes[1]: "A" is listed twice
          label: {field: x, above: high}        | label.above: expected a number, got "high"
          label: {above: 1}                     | label.field: missing; write for example field: label under example.label:
          label: {field: x, abov: 1}            | label.abov: unknown key; did you mean example.label.above?
          label: {field: features, above: 1}    | label: example.label and example.features must be different fields
          features: [a, b]                      |
          """)
  void shouldCheckTheSection(String section, String fault) {
    String yaml =
        "application: flights\nkafka: {bootstrap.servers: localhost:9092}\nexample: {%s}\n"
            .formatted(section);
    String model = "model: {inputs: 4}\n";
    if (fault == null) {
      assertThat(ConfigFixture.faults(yaml + model))
          .containsExactly(
              "c.yaml:4: model.inputs: example.features makes 2 inputs, got \"4\". You can omit this key");
    } else {
      assertThat(ConfigFixture.faults(yaml + model)).containsExactly("c.yaml:3: example." + fault);
    }
  }

  @Test
  void shouldRequireInputsInTheVectorForm() {
    assertThat(
            ConfigFixture.faults(
                "application: a\nkafka: {bootstrap.servers: a:1}\nexample: {format: float64}\n"))
        .containsExactly(
            "c.yaml:1: model.inputs: missing; write for example inputs: 4 under model:");
  }

  @Test
  void shouldRefuseMoreInputsThanAModelCanHave() {
    assertThat(
            ConfigFixture.faults(
                NAMED,
                "example.features=[{field: a, hash: 2147483647}, {field: b, hash: 2147483647}]"))
        .singleElement()
        .asString()
        .contains("the categories of example.features make 4294967294 inputs");
  }

  @Test
  void shouldDescribeTheListAsWritten(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("c.yaml");
    Files.writeString(
        file, NAMED.replace("[ATL, LAS, ORD]", "[\"a, b\", \"\", -1, 'say \"x\"', \"null\"]"));

    assertThat(ConfigReader.describe(file, List.of(), name -> null))
        .contains(
            """
            example:
              format: json
              features:
                - distance
                - {field: price, missing: 0}
                - {field: origin, oneHot: ["a, b", "", -1, "say \\"x\\"", "null"]}
                - {field: destination, hash: 64}
                - {field: date, time: [hourOfDay, dayOfWeek]}
                - /customer/age
              label:
                field: delay
                above: 15
              labels: none
            model:
              name: flights
              inputs: 76
            """);
    assertThat(
            ConfigReader.describe(
                file,
                List.of("example.features=[a, b]", "example.label={field: x, classes: [DOWN, UP]}"),
                name -> null))
        .contains(
            "  features: [a, b]\n  label:\n    field: x\n    classes: [DOWN, UP]\n  labels: none\nmodel:\n");
  }
}
