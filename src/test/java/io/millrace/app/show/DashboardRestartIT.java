package io.millrace.app.show;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.learn.BatchCost;
import io.millrace.testing.Browser;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.TestLearner;
import io.millrace.testing.TestTopics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One page that stays open while a model with two inputs learns, its stream dries up, its process
 * is killed with the Kafka in it, and comes back.
 */
@Tag("browser")
final class DashboardRestartIT {
  private static final Path PLANAR = Path.of("src/test/resources/planar/planar.csv");
  private static final int BATCH_SIZE = 100;

  @TempDir private Path folder;

  @Test
  void shouldSayWhatHasHappenedAndGoOnAfterIt() throws IOException {
    Browser.assumeInstalled();
    String address = TestLearner.freeAddress();
    String http = TestLearner.freeAddress();
    TestLearner learner =
        TestLearner.of(
            folder,
            address,
            """
            model:
              inputs: 2
              hidden: 4
              seed: 3
            training:
              batchSize: 100
              maxWait: never
              learningRate: 1.2
            publish:
              snapshotEvery: 10
            """);
    String[] options = {
      "--embedded-broker=" + folder.resolve("kafka"),
      "--set",
      "http.port=" + http.substring(http.indexOf(':') + 1)
    };
    try (Browser browser = Browser.open()) {
      long before;
      try (MillraceProcess run = learner.run(options)) {
        browser.show("http://" + http + "/", Browser.Look.WALL_LIGHT);
        browser.await("word that nothing is here yet", () -> kind(browser).equals("waiting"));

        feed(learner, 200);
        before = assertArrivesAt(browser, learner, address, 800);
        assertShowsTheSurface(browser);
        browser.await("word that nothing comes", () -> kind(browser).equals("idle"));
        assertThat(browser.text("verdict-words")).matches("Nothing has arrived for \\d+ .*");
        browser.screenshot("two-inputs");
        assertThat(browser.barriers()).isEmpty();
        assertThat(browser.complaints()).isEmpty();
        run.kill();
        run.awaitExit();
      }
      browser.await("word of the loss", () -> kind(browser).equals("lost"));
      assertThat(browser.text("verdict-words")).isEqualTo("Connection lost, trying again");
      assertThat(browser.text("connection")).isEqualTo("not connected");
      browser.screenshot("connection-lost");
      assertThat(browser.barriers()).isEmpty();

      try (MillraceProcess again = learner.run(options)) {
        feed(learner, 50);
        long points = assertArrivesAt(browser, learner, address, 1000);
        assertThat(points).as("what it had before is still there").isBetween(before + 1, 1000L);
        assertThat(browser.data("connection", "state")).isEqualTo("live");
        assertShowsTheSurface(browser);

        browser.reload();
        assertThat(assertArrivesAt(browser, learner, address, 1000)).isEqualTo(1000);
        assertThat(again.isAlive()).isTrue();
      }
    }
  }

  private static void feed(TestLearner learner, int times) {
    MillraceProcess.run(
        "feed",
        PLANAR.toString(),
        "--config",
        learner.config().toString(),
        "--repeat",
        Integer.toString(times));
  }

  /**
   * The newest figures become those of this mini-batch in the topic.
   *
   * @return the points of the curve: one a mini-batch at the most, all of them where they came as
   *     history, fewer where they came faster than anybody can see
   */
  private static long assertArrivesAt(
      Browser browser, TestLearner learner, String address, int batch) {
    BatchCost last;
    try (TestTopics topics = new TestTopics(address)) {
      last = learner.costs(topics, batch).get(batch - 1);
    }
    browser.await(
        "mini-batch " + batch,
        () -> browser.data("chart", "batch").equals(Integer.toString(batch)));
    assertThat(Double.parseDouble(value(browser, "batch-cost"))).isEqualTo(last.metrics().cost());
    browser.await(
        "number of examples",
        () -> value(browser, "examples").equals(Integer.toString(batch * BATCH_SIZE)));
    return Long.parseLong(browser.data("chart", "points"));
  }

  private static String value(Browser browser, String id) {
    return browser.script("return document.getElementById(arguments[0]).value", id);
  }

  /**
   * Where the model tells the two kinds of petals apart, the map has both colours. Its first ones,
   * of a model that has learned little, may not.
   */
  private static void assertShowsTheSurface(Browser browser) {
    browser.await("surface", () -> browser.isVisible("surface"));
    browser.await("both colours on the surface", () -> hasBothColours(browser));
    assertThat(browser.text("surface-words"))
        .matches("The model predicts 1 on \\d+\\.\\d% of this area\\.");
  }

  private static boolean hasBothColours(Browser browser) {
    Map<String, Long> pixels =
        browser.script(
            """
            const canvas = document.getElementById('surface');
            const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            const pixels = {blue: 0, orange: 0, all: data.length / 4};
            for (let i = 0; i < data.length; i += 4) {
              pixels.blue += data[i + 2] > data[i] + 40;
              pixels.orange += data[i] > data[i + 2] + 40;
            }
            return pixels;
            """);
    long few = requireNonNull(pixels.get("all")) / 20;
    return requireNonNull(pixels.get("blue")) > few && requireNonNull(pixels.get("orange")) > few;
  }

  private static String kind(Browser browser) {
    return browser.data("verdict", "kind");
  }
}
