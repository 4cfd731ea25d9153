package io.millrace.app.show;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.testing.Browser;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.TestLearner;
import io.millrace.testing.TestTopics;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The dashboard of a running demo, in a real browser. */
@Tag("browser")
final class DashboardIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String COSTS = "flights-costs";

  private static MillraceProcess demo;
  private static TestTopics topics;
  private static String url;

  private Browser browser;

  @BeforeAll
  static void startDemo() throws IOException {
    Browser.assumeInstalled();
    String address = TestLearner.freeAddress();
    demo =
        MillraceProcess.start(
            "demo",
            "--rate",
            "1000/s",
            "--set",
            "kafka.bootstrap.servers=" + address,
            "--set",
            "http.port=0");
    url = dashboard(demo);
    topics = new TestTopics(address);
  }

  @AfterAll
  static void stopDemo() {
    if (demo != null) {
      demo.close();
    }
    if (topics != null) {
      topics.close();
    }
  }

  @BeforeEach
  void openBrowser() {
    browser = Browser.open();
  }

  @AfterEach
  void closeBrowser() {
    browser.close();
  }

  /** The address that a command says its dashboard is at. */
  static String dashboard(MillraceProcess process) {
    String line = process.awaitLine("http://");
    return line.substring(line.indexOf("http://")).strip();
  }

  @ParameterizedTest
  @EnumSource(Browser.Look.class)
  void shouldShowTheCostOfTheTopicAsItMoves(Browser.Look look) throws IOException {
    browser.show(url, look);
    browser.await("curve", () -> points() > 50);

    long points = points();
    long batch = batch();
    String cost = browser.text("cost");
    browser.await(
        "movement",
        () -> points() > points && batch() > batch && !browser.text("cost").equals(cost));
    browser.await("verdict", () -> browser.text("verdict-words").matches(".*: cost \\d.*"));
    assertAgreesWithTheTopic();
    assertLooks(look);
    browser.screenshot(look.name().toLowerCase(Locale.ROOT).replace('_', '-'));

    assertThat(browser.barriers()).isEmpty();
    assertThat(browser.complaints()).isEmpty();
    assertThat(browser.hosts()).containsExactly(URI.create(url).getAuthority());
  }

  /**
   * Every figure of one moment stands in the record of the mini-batch that the page says it is of.
   */
  private void assertAgreesWithTheTopic() throws IOException {
    Map<String, Object> shown =
        browser.script(
            """
            const value = id => document.getElementById(id).value;
            return {
              batch: document.getElementById('chart').dataset.batch,
              batchCost: value('batch-cost'), cost: value('cost'), baseline: value('baseline-cost'),
              accuracies: [...document.querySelectorAll('#bars data')].map(each => each.value)};
            """);
    JsonNode record = record(Long.parseLong((String) shown.get("batch")));
    JsonNode window = record.path("window");
    assertThat(shown)
        .containsEntry("batchCost", text(record.path("cost")))
        .containsEntry("cost", text(window.path("cost")))
        .containsEntry("baseline", text(window.at("/baseline/cost")))
        .containsEntry(
            "accuracies",
            List.of(
                text(window.path("accuracy")),
                text(window.at("/baseline/accuracy")),
                text(window.at("/noChange/accuracy"))));
  }

  /** A number as JavaScript writes it. */
  private String text(JsonNode number) {
    assertThat(number.isNumber()).as(number.toString()).isTrue();
    return browser.script("return String(arguments[0])", number.asDouble());
  }

  private static JsonNode record(long batch) throws IOException {
    List<ConsumerRecord<byte[], byte[]>> records =
        topics.consume(
            COSTS,
            IsolationLevel.READ_COMMITTED,
            read -> read.size() >= batch,
            MillraceProcess.PATIENCE);
    JsonNode record = JSON.readTree(records.get((int) batch - 1).value());
    assertThat(record.path("batch").asLong()).isEqualTo(batch);
    return record;
  }

  private void assertLooks(Browser.Look look) {
    boolean isWide = browser.script("return document.documentElement.scrollWidth > innerWidth");
    assertThat(isWide).as("needs scrolling sideways").isFalse();
    boolean isDark =
        browser.script(
            """
            const [red, green, blue] = getComputedStyle(document.documentElement)
                .backgroundColor.match(/\\d+/g).map(Number);
            return red + green + blue < 3 * 128;
            """);
    assertThat(isDark).isEqualTo(look.isDark());
  }

  /** The curve is drawn in the colours of the scheme, also when that changes under an open page. */
  @Test
  void shouldDrawTheCurveInTheColoursOfTheScheme() {
    browser.show(url, Browser.Look.WALL_LIGHT);
    browser.await("curve", () -> drawn("--accent"));
    browser.wear(Browser.Look.PHONE_DARK);
    browser.await("dark curve", () -> drawn("--accent"));
  }

  /** Whether the chart's canvas has pixels of this colour of the style sheet. */
  private boolean drawn(String colour) {
    return Boolean.TRUE.equals(
        browser.script(
            """
            const canvas = document.querySelector('#chart canvas');
            if (!canvas?.width) {
              return false;
            }
            const probe = document.createElement('span');
            probe.style.color = `var(${arguments[0]})`;
            document.body.append(probe);
            const wanted = getComputedStyle(probe).color.match(/\\d+/g).slice(0, 3).map(Number);
            probe.remove();
            const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
            copy.drawImage(canvas, 0, 0);
            const {data} = copy.getImageData(0, 0, canvas.width, canvas.height);
            let pixels = 0;
            for (let i = 0; i < data.length; i += 4) {
              pixels += wanted.every((value, c) => data[i + c] === value) && data[i + 3] === 255;
            }
            return pixels > 100;
            """,
            colour));
  }

  @Test
  void shouldKeepTheHistoryOverAReload() {
    browser.show(url, Browser.Look.WALL_LIGHT);
    browser.await("curve", () -> points() > 50);
    long before = points();

    browser.reload();

    browser.await("curve again", () -> points() >= before);
    assertThat(points()).as("a point a mini-batch at the most").isLessThanOrEqualTo(batch());
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void shouldShowWhatCannotBeLearnedAsTextAlone() throws IOException {
    String attack = "<img src=x onerror='document.title=0'>";
    topics.produce("flights", null, "{broken".getBytes(UTF_8));
    topics.produce(
        "flights",
        null,
        JSON.writeValueAsBytes(
            Map.of(
                "date", "2001-01-01T00:01",
                "delay", 33,
                "distance", attack,
                "origin", "LAS",
                "destination", "PHL")));
    List<ConsumerRecord<byte[], byte[]>> letters = topics.consume("flights-dead-letters", 2);

    browser.show(url, Browser.Look.WALL_LIGHT);

    browser.await("dead letters", () -> browser.isVisible("newest"));
    browser.await(
        "their number", () -> browser.text("letters").equals(Integer.toString(letters.size())));
    Map<String, Long> reasons =
        letters.stream()
            .map(letter -> header(letter, "millrace.reason"))
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    reasons.forEach(
        (reason, times) ->
            assertThat(browser.text("reasons").replaceAll("\\s+", " "))
                .contains(times + " " + reason));
    for (ConsumerRecord<byte[], byte[]> letter : letters) {
      assertThat(browser.text("newest"))
          .contains(
              header(letter, "millrace.reason"),
              header(letter, "millrace.detail"),
              "flights-0 @ " + header(letter, "millrace.offset"));
    }
    assertThat(letters)
        .extracting(letter -> header(letter, "millrace.detail"))
        .anyMatch(detail -> detail.contains("<img"));
    long elements =
        browser.script("return document.querySelectorAll('#newest img, #newest script').length");
    assertThat(elements).isZero();
    assertThat(browser.barriers()).isEmpty();
    browser.screenshot("dead-letters");
    assertThat(browser.complaints()).isEmpty();
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), UTF_8);
  }

  /** The page's own module, fed with what takes days to come. */
  @Test
  void shouldKeepAHistoryOfDaysInBoundedMemory() {
    browser.show(url, Browser.Look.WALL_LIGHT);

    Map<String, Object> kept =
        browser.asyncScript(
            """
            const done = arguments[arguments.length - 1];
            import('/history.js').then(({History, driftsIn}) => {
              const history = new History();
              const record = batch => ({
                batch, totalExamples: 10 * batch, cost: 1 / batch, drifts: Math.floor(batch / 100_000),
                timestamp: new Date(1e12 + batch).toISOString(),
                window: {cost: 2 / batch, baseline: {cost: 3}}});
              for (let batch = 1; batch <= 1_000_000; batch++) {
                history.add([record(batch)]);
              }
              history.load([record(999_998), record(999_999), record(1_000_000), record(1_000_001)]);
              const {batch, cost, window} = history.all;
              const goesOn = {
                points: batch.length, recent: history.recent.batch.length, last: batch.at(-1),
                isRising: batch.every((each, i) => i === 0 || each > batch[i - 1]),
                isFalling: cost.every((each, i) => i === 0 || each < cost[i - 1]),
                window: window.at(-1), drifts: driftsIn(history.all).length};
              history.load([{...record(1), timestamp: '2030-01-01T00:00:00Z'}]);
              const reset = new History();
              const later = batch => ({...record(batch), timestamp: '2030-01-01T00:00:00Z'});
              reset.load([record(5), record(6), record(7), later(1), later(2)]);
              done({...goesOn, anew: history.all.batch.length, driftsAnew: driftsIn(history.all).length,
                afterReset: reset.all.batch});
            }, error => done({error: String(error)}));
            """);

    assertThat(kept)
        .containsEntry("last", 1_000_001L)
        .containsEntry("isRising", true)
        .containsEntry("isFalling", true)
        .containsEntry("window", 2 / 1_000_001.0)
        .containsEntry("drifts", 10L)
        .containsEntry("anew", 1L)
        .containsEntry("driftsAnew", 0L)
        .containsEntry("afterReset", List.of(1L, 2L));
    assertThat((Long) kept.get("points")).isBetween(2_000L, 4_000L);
    assertThat((Long) kept.get("recent")).isBetween(1_000L, 2_000L);
  }

  /** Better than the baseline is not good enough where the last label again is better still. */
  @Test
  void shouldWarnOfAModelThatTheLastLabelOutdoes() {
    browser.show(url, Browser.Look.WALL_LIGHT);

    Map<String, Object> verdicts =
        browser.asyncScript(
            """
            const done = arguments[arguments.length - 1];
            import('/verdict.js').then(({judge}) => {
              const kind = (figures, noChange) => judge({
                now: 1e12, heard: 'live', lastAt: 1e12, pace: 'keeps up',
                status: {state: 'RUNNING', lag: 0, learned: 5000},
                last: {cost: 0.3, window: {
                  examples: 1000, cost: 0.3, ...figures,
                  baseline: {cost: 0.6, accuracy: 0.7, mae: 9}, noChange}}}).kind;
              done({
                better: kind({accuracy: 0.9}, {accuracy: 0.905}),
                outdone: kind({accuracy: 0.9}, {accuracy: 0.95}),
                closer: kind({mae: 2}, {mae: 3}),
                further: kind({mae: 2}, {mae: 1.9})});
            }, error => done({error: String(error)}));
            """);

    assertThat(verdicts)
        .containsEntry("better", "learning")
        .containsEntry("outdone", "outdone")
        .containsEntry("closer", "learning")
        .containsEntry("further", "outdone");
  }

  private long points() {
    return Long.parseLong(browser.data("chart", "points"));
  }

  private long batch() {
    return Long.parseLong(browser.data("chart", "batch"));
  }
}
