package io.millrace.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.app.process.ExitException;
import io.millrace.app.process.Stop;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckCommandTest {
  private static final String EVENT =
      """
      {
        "date": "2001-01-01T06:00", "delay": 33, "distance": 2176,
        "origin": "LAS", "destination": "PHL"
      }
      """;

  @TempDir private Path folder;

  /** What {@code check} prints after the configuration. */
  private List<String> check(String... args) {
    List<String> all = new ArrayList<>(List.of("check"));
    all.addAll(List.of(args));
    PrintStream before = System.out;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(out, true, UTF_8));
      assertThat(Main.run(new Stop(), all.toArray(String[]::new))).isZero();
    } finally {
      System.setOut(before);
    }
    return out.toString(UTF_8).lines().dropWhile(line -> !line.equals("# inputs")).toList();
  }

  private String file(String content) throws Exception {
    return Files.writeString(folder.resolve("event"), content).toString();
  }

  private String[] flights(String event) throws Exception {
    return new String[] {
      "--config=config/flights.yaml",
      "--set=example.features=[distance, {field: origin, oneHot: [ATL, LAS]}, {field: destination,"
          + " hash: 2}, {field: date, time: [hourOfDay]}]",
      "--event=" + file(event)
    };
  }

  /** What run would refuse without asking Kafka. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          kafka.linger.ms=soon                 | kafka.linger.ms: Invalid value soon
          kafka.compression.type=zip           | kafka.compression.type: Invalid value zip
          kafka.auto.offset.reset=now          | kafka.auto.offset.reset: Invalid value now
          kafka.security.protocol=TLS          | kafka.security.protocol: Invalid value TLS
          training.batchSize=1000000           | model: This configuration can produce mini-batches of
          topics.replicationFactor=0           | topics.replicationFactor: must be at least 1, or -1 for the broker's default, got "0"
          """)
  void shouldRefuseWhatRunRefuses(String setting, String fault) {
    PrintStream before = System.err;
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code;
    try {
      System.setErr(new PrintStream(err, true, UTF_8));
      code =
          Main.run(
              new Stop(),
              "check",
              "--config=config/vector.yaml",
              "--set=model.inputs=1000",
              "--set=" + setting);
    } finally {
      System.setErr(before);
    }

    assertThat(code).isEqualTo(ExitException.USAGE);
    assertThat(err.toString(UTF_8)).contains(fault);
  }

  @Test
  void shouldRefuseAnApplicationThatKafkaStreamsCannotNameTopicsAfter() {
    String name = "a".repeat(181);

    assertThat(
            Main.run(
                new Stop(), "check", "--config=config/vector.yaml", "--set=application=" + name))
        .isEqualTo(ExitException.USAGE);
    assertThat(check("--config=config/vector.yaml", "--set=application=" + name.substring(1)))
        .isNotEmpty();
  }

  @Test
  void shouldListTheInputsAndWhatTheyBecome() throws Exception {
    assertThat(check(flights(EVENT)))
        .containsExactly(
            "# inputs",
            "#   0  distance",
            "#   1  date.hourOfDay.sin",
            "#   2  date.hourOfDay.cos",
            "#   3  origin=ATL",
            "#   4  origin=LAS",
            "#   5..6  destination, hashed",
            "# event 1",
            "#   0  distance  2176.0",
            "#   1  date.hourOfDay.sin  1.0",
            "#   2  date.hourOfDay.cos  6.123233995736766E-17",
            "#   4  origin=LAS  1.0",
            "#   5  destination#0  -1.0",
            "#   label  delay  1.0");
  }

  @Test
  void shouldSayWhyEventsWouldBeRejected() throws Exception {
    String lines = EVENT.replace("\n", "") + "\n{\"delay\":1}\nbroken\n\n";

    assertThat(check(flights(lines)))
        .contains("# event 1", "#   label  delay  1.0")
        .contains("# event 2 would be rejected: missing-field: The field distance is absent")
        .anyMatch(line -> line.startsWith("# event 3 would be rejected: not-json: Broken JSON"));
    assertThat(check(flights("{\n  \"delay\": 1,\n")))
        .filteredOn(line -> line.contains("rejected"))
        .singleElement()
        .asString()
        .startsWith("# event 1 would be rejected: not-json");
    assertThat(check(flights("")))
        .contains(
            "# event 1 would be rejected: not-json: The value is empty, expected a JSON object");
  }

  @Test
  void shouldReadBinaryEvents() throws Exception {
    ByteBuffer two = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    two.putFloat(1).putFloat(2).putFloat(0).putFloat(3).putFloat(4).putFloat(1);
    Path file = Files.write(folder.resolve("events"), two.array());

    assertThat(
            check(
                "--config=config/vector.yaml",
                "--set=model.inputs=2",
                "--set=example.format=float32",
                "--event=" + file))
        .contains(
            "#   1  features[1]",
            "#   0  features[0]  1.0",
            "#   label  label  0.0",
            "# event 2",
            "#   1  features[1]  4.0",
            "#   label  label  1.0");
  }

  @Test
  void shouldReadEventsWithoutALabelWhereLabelsComeLater() throws Exception {
    assertThat(
            check(
                "--config=config/vector.yaml",
                "--set=model.inputs=2",
                "--set=topics.events=events",
                "--set=example.labels={topic: labels, within: 24h}",
                "--event=" + file("{\"features\":[1,2]}")))
        .endsWith("# event 1", "#   0  features[0]  1.0", "#   1  features[1]  2.0");
  }
}
