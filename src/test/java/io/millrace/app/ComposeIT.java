package io.millrace.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.testing.Await;
import io.millrace.testing.Compose;
import io.millrace.testing.FreePorts;
import io.millrace.testing.GrafanaApi;
import io.millrace.testing.PrometheusApi;
import io.millrace.testing.TestTopics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What {@code docker compose up} starts: Kafka, the learner's image, the flights as a stream, a
 * Prometheus that watches, and Grafana. Not every machine can have Grafana's image: only with
 * {@code -Dit.grafana=required} is it started, and asked for the dashboard and its data. What the
 * dashboard asks Prometheus is always asked.
 */
@Tag("docker")
final class ComposeIT {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path DASHBOARD = Path.of("config/grafana/dashboards/millrace.json");
  private static final boolean GRAFANA = "required".equals(System.getProperty("millrace.grafana"));
  private static final String TOPIC = "flights";
  private static final String COST = "millrace_cost_smoothed";

  /**
   * Three mini-batches between two looks of Prometheus, so that it sees the untrained model. Later
   * the cost goes up and down with the hours of the day, whatever was learned.
   */
  private static final String RATE = "20/s";

  /** What stands beside what in an alert: {@code A > B and C == D}. */
  private static final Pattern OPERATORS = Pattern.compile("\\s(?:[<>]=?|[=!]=|and)\\s");

  private static final Pattern NUMBER = Pattern.compile("[-+.\\de]+");

  @Test
  void shouldLearnAndBeWatched() throws Exception {
    int kafkaPort = FreePorts.next();
    int prometheusPort = FreePorts.next();
    int grafanaPort = FreePorts.next();
    Map<String, String> variables =
        Map.of(
            "KAFKA_PORT", Integer.toString(kafkaPort),
            "LEARNER_PORT", Integer.toString(FreePorts.next()),
            "PROMETHEUS_PORT", Integer.toString(prometheusPort),
            "GRAFANA_PORT", Integer.toString(grafanaPort),
            "STREAM_RATE", RATE);
    PrometheusApi prometheus = new PrometheusApi("127.0.0.1:" + prometheusPort);
    try (Compose compose = new Compose(TestTopics.unique("millrace"), variables)) {
      try {
        compose.run("up", "-d", "--build", "kafka", "learner", "stream", "prometheus");
        assertCostFalls(prometheus);
        assertContained(compose, prometheus);
        assertEveryQueryHasData(prometheus);
        if (GRAFANA) {
          compose.run("up", "-d", "grafana");
          assertEveryPanelHasData(new GrafanaApi("127.0.0.1:" + grafanaPort));
        }
        assertDeadLettersAlert(prometheus, "localhost:" + kafkaPort);
        assertStopsAndGoesOn(compose, prometheus);
      } catch (AssertionError e) {
        System.err.println(compose.run("ps") + compose.run("logs", "--tail=40"));
        throw e;
      }
    }
  }

  private static void assertCostFalls(PrometheusApi prometheus) {
    long since = System.nanoTime();
    awaitValue(prometheus, "max_over_time(%s[10m]) - %s > 0.05".formatted(COST, COST));
    System.out.printf(
        "[ComposeIT] Prometheus saw the cost fall from %.4f to %.4f, %d s after the start%n",
        one(prometheus, "max_over_time(%s[10m])".formatted(COST)),
        one(prometheus, COST),
        Duration.ofNanos(System.nanoTime() - since).toSeconds());
  }

  private static void awaitValue(PrometheusApi prometheus, String expression) {
    Await.until(
        expression + " has a value", PATIENCE, () -> !prometheus.query(expression).isEmpty());
  }

  /** The one value of an expression; a scrape that came too late leaves it without any. */
  private static double one(PrometheusApi prometheus, String expression) {
    List<Double> values = new ArrayList<>();
    Await.until(
        expression + " has a value",
        PATIENCE,
        () -> values.isEmpty() && values.addAll(prometheus.query(expression)));
    assertThat(values).as(expression).hasSize(1);
    return values.get(0);
  }

  /** Not root, nothing to write on but /tmp, and a heap that leaves room in the container. */
  private static void assertContained(Compose compose, PrometheusApi prometheus) {
    assertThat(compose.run("exec", "-T", "learner", "bash", "-c", "echo $UID").strip())
        .isEqualTo("10001");
    assertThat(
            compose.run("exec", "-T", "learner", "bash", "-c", "(> /opt/millrace/x) 2>&1 || true"))
        .contains("Read-only file system");
    Await.until(
        "the learner is healthy",
        PATIENCE,
        () -> compose.inspect("learner", "{{.State.Health.Status}}").equals("healthy"));
    double limit = Double.parseDouble(compose.inspect("learner", "{{.HostConfig.Memory}}"));
    double heap = one(prometheus, "sum(jvm_memory_max_bytes{area=\"heap\"} >= 0)");
    assertThat(heap / limit)
        .as("the part of the memory that the heap may have")
        .isBetween(0.5, 0.65);
  }

  /**
   * Of the dashboard as it stands; of an alert what it compares, since in peace it has no value.
   */
  private static void assertEveryQueryHasData(PrometheusApi prometheus) throws IOException {
    List<String> queries = new ArrayList<>();
    JsonNode dashboard = JSON.readTree(DASHBOARD.toFile());
    for (JsonNode panel : dashboard.path("panels")) {
      for (JsonNode target : panel.path("targets")) {
        queries.add(target.path("expr").asText().replace("$__rate_interval", "1m"));
      }
    }
    assertThat(queries).as("the queries of " + DASHBOARD).hasSizeGreaterThan(10).doesNotContain("");
    List<PrometheusApi.Alert> alerts = prometheus.alerts();
    assertThat(alerts).hasSizeGreaterThanOrEqualTo(6);
    for (PrometheusApi.Alert alert : alerts) {
      if (alert.expression().contains("millrace_events_lag")) {
        continue; // the compose file has no topic of events; promtool tests these alerts
      }
      OPERATORS
          .splitAsStream(alert.expression())
          .map(String::strip)
          .filter(operand -> !NUMBER.matcher(operand).matches())
          .forEach(queries::add);
    }
    queries.forEach(query -> awaitValue(prometheus, query));
    System.out.printf("[ComposeIT] each of %d queries has data%n", queries.size());
  }

  /** Grafana has the dashboard from the file, and gets data for each of its panels. */
  private static void assertEveryPanelHasData(GrafanaApi grafana) throws IOException {
    JsonNode file = JSON.readTree(DASHBOARD.toFile());
    String uid = file.path("uid").asText();
    Await.until(
        "Grafana has the dashboard " + uid,
        PATIENCE,
        () -> grafana.dashboard(uid).path("meta").path("provisioned").asBoolean());
    JsonNode shown = grafana.dashboard(uid).path("dashboard").path("panels");
    assertThat(shown).as("the panels in Grafana").hasSameSizeAs(file.path("panels"));
    int queries = 0;
    for (JsonNode panel : shown) {
      for (JsonNode target : panel.path("targets")) {
        String expression = target.path("expr").asText();
        Await.until(
            "the panel %s has data for %s".formatted(panel.path("title"), expression),
            PATIENCE,
            () -> grafana.hasData(panel.path("datasource"), expression));
        queries++;
      }
    }
    assertThat(queries).as("queries in Grafana").isGreaterThan(10);
    System.out.printf(
        "[ComposeIT] Grafana shows %d panels; each of %d queries has data%n",
        shown.size(), queries);
  }

  private static void assertDeadLettersAlert(PrometheusApi prometheus, String servers) {
    Await.until("no alert in peace", PATIENCE, () -> prometheus.firing().isEmpty());
    try (TestTopics topics = new TestTopics(servers)) {
      Await.until(
          "the alert on dead letters",
          PATIENCE,
          () -> {
            topics.produce(nonsense());
            return prometheus.firing().contains("MillraceDeadLettersRising");
          });
    }
  }

  private static List<ProducerRecord<byte[], byte[]>> nonsense() {
    return IntStream.range(0, 100)
        .mapToObj(
            i -> new ProducerRecord<byte[], byte[]>(TOPIC, ("no flight " + i).getBytes(UTF_8)))
        .toList();
  }

  /** SIGTERM: it commits and ends well, before Docker would kill it; the alert fires. */
  private static void assertStopsAndGoesOn(Compose compose, PrometheusApi prometheus) {
    double version = one(prometheus, "millrace_model_version");
    long since = System.nanoTime();
    compose.run("stop", "learner");
    Duration stop = Duration.ofNanos(System.nanoTime() - since);
    System.out.printf("[ComposeIT] the learner stopped within %d ms%n", stop.toMillis());
    assertThat(compose.inspect("learner", "{{.State.ExitCode}} {{.State.OOMKilled}}"))
        .isEqualTo("0 false");
    Await.until(
        "the alert that the learner is down",
        PATIENCE,
        () -> prometheus.firing().contains("MillraceDown"));

    compose.run("start", "learner");
    awaitValue(prometheus, "millrace_model_version > " + (long) version);
    Await.until(
        "no alert that the learner is down",
        PATIENCE,
        () -> !prometheus.firing().contains("MillraceDown"));
  }
}
