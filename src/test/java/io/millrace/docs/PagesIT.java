package io.millrace.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.testing.Await;
import io.millrace.testing.MillraceProcess;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody who follows the README, or the guide, gets what they say. */
@Tag("embedded")
final class PagesIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** As many as the README makes: 312 full mini-batches. */
  private static final int EVENTS = 20_000;

  private static final int PUBLISHED = 300;

  @TempDir private Path folder;

  @Test
  void shouldPredictAsTheReadmeSays() throws Exception {
    Page page = Page.read(Page.README);
    WalkThrough reader = new WalkThrough(page, folder);
    reader.save("yaml", "my.yaml");
    try (MillraceProcess run = reader.start("run ")) {
      String url = WalkThrough.url(run);
      reader.shell(page.block("sh", "awk"));
      reader.run("feed ");
      awaitSnapshot(reader, url);

      JsonNode answer = answer(reader.curl(url));

      JsonNode documented = JSON.readTree(page.blocks("json answer").get(0).text());
      assertSameForm(answer, documented);
      assertThat(answer.get("classes")).isEqualTo(documented.get("classes"));
      assertThat(JSON.readTree(reader.get(url + "api/status")).at("/deadLetters/total").asInt())
          .isZero();
      assertThat(undocumented(reader.get(url + "metrics"))).isEmpty();
      end(run);
    }
  }

  @Test
  void shouldDoWhatTheGuideSays() throws Exception {
    Page page = Page.named("guide.md");
    WalkThrough reader = new WalkThrough(page, folder);
    reader.save("yaml", "payments.yaml");
    reader.save("json event", "payment.json");
    assertThat(reader.run("check "))
        .contains("# event 1")
        .noneMatch(line -> line.contains("reject"));
    writeEvents(JSON.readTree(page.blocks("json event").get(0).text()));
    try (MillraceProcess run = reader.start("run --config payments.yaml --embedded-broker=")) {
      String url = WalkThrough.url(run);
      reader.run("feed ");
      awaitSnapshot(reader, url);

      assertSameForm(
          answer(reader.curl(url)), JSON.readTree(page.blocks("json answer").get(0).text()));
      assertThat(reader.run("model list")).anyMatch(line -> line.matches(" *200 .*"));
      assertThat(reader.run("model rollback")).anyMatch(line -> line.contains("to version 200"));
      assertThat(reader.run("replay ")).anyMatch(line -> line.contains("bit for bit"));
      reader.run("-o model.json");
      reader.run("-o model.onnx");
      end(run);
    }
    assertThat(folder.resolve("model.onnx")).isNotEmptyFile();
    assertThat(
            reader.run(
                "check ", "--set", "model.initialParameters=" + folder.resolve("model.json")))
        .contains("# event 1");
    reader.run("reset ", "--yes", "--embedded-broker=payments-data");
    try (MillraceProcess again = reader.start("run --config payments.yaml --embedded-broker=")) {
      again.awaitLine("20,000 examples"); // once more
      end(again);
    }
  }

  /** Our metrics that the page of the records does not have. */
  private static List<String> undocumented(String metrics) {
    String documented =
        Page.named("records.md").rows("metric", "meaning").stream()
            .flatMap(row -> Pattern.compile("`([^`]+)`").matcher(row.get(0)).results())
            .map(name -> name.group(1).replaceAll("\\{\\w+}", ""))
            .map(name -> name.replace("{", "(").replace("}", ")").replace(',', '|'))
            .map(name -> name.replace("*", ".*"))
            .collect(Collectors.joining("|"));
    List<String> ours =
        metrics
            .lines()
            .filter(line -> line.startsWith("millrace_"))
            .map(line -> line.replaceFirst("(_bucket|_count|_sum|_max)?[{ ].*", ""))
            .distinct()
            .toList();
    assertThat(ours).contains("millrace_batch_seconds", "millrace_window_cost");
    return ours.stream().filter(name -> !name.matches(documented)).toList();
  }

  /** The event of the guide again and again, with other amounts and answers. */
  private void writeEvents(JsonNode event) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < EVENTS; i++) {
      ObjectNode each = event.deepCopy();
      int amount = i * 37 % 200;
      lines.add(each.put("amount", amount).put("fraud", amount > 120 ? "yes" : "no").toString());
    }
    Files.write(folder.resolve("payments.jsonl"), lines);
  }

  private static void awaitSnapshot(WalkThrough reader, String url) {
    Await.until(
        "version " + PUBLISHED,
        MillraceProcess.PATIENCE,
        () -> {
          try {
            JsonNode model = JSON.readTree(reader.get(url + "api/model"));
            return model.path("version").asInt() >= PUBLISHED;
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
  }

  private static JsonNode answer(HttpResponse<String> response) throws IOException {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body());
  }

  private static void assertSameForm(JsonNode answer, JsonNode documented) {
    assertThat(answer.properties())
        .extracting(field -> field.getKey())
        .containsExactlyElementsOf(
            documented.properties().stream().map(field -> field.getKey()).toList());
    assertThat(answer.get("model")).isEqualTo(documented.get("model"));
    assertThat(answer.get("predictions")).hasSameSizeAs(documented.get("predictions"));
  }

  private static void end(MillraceProcess run) {
    run.terminate();
    assertThat(run.awaitExit()).as(run.toString()).isZero();
  }
}
