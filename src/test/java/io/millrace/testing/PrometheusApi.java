package io.millrace.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The HTTP API of a running Prometheus. */
public final class PrometheusApi {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final String address;

  /** The API at {@code host:port}. */
  public PrometheusApi(String address) {
    this.address = address;
  }

  /**
   * The present values of an expression, one a series, those that are no numbers left out; empty,
   * too, as long as nobody answers.
   *
   * @throws AssertionError when Prometheus refuses the expression
   */
  public List<Double> query(String expression) {
    List<Double> values = new ArrayList<>();
    JsonNode data = get("/api/v1/query?query=" + URLEncoder.encode(expression, UTF_8));
    JsonNode result = data.path("result");
    if (data.path("resultType").asText().equals("scalar")) {
      values.add(result.path(1).asDouble());
    } else {
      result.forEach(series -> values.add(series.path("value").path(1).asDouble()));
    }
    return values.stream().filter(Double::isFinite).toList();
  }

  /** The names of the alerts that fire. */
  public List<String> firing() {
    List<String> names = new ArrayList<>();
    for (JsonNode alert : get("/api/v1/alerts").path("alerts")) {
      if (alert.path("state").asText().equals("firing")) {
        names.add(alert.path("labels").path("alertname").asText());
      }
    }
    return names;
  }

  /** The alerts that it has loaded, each its name and its expression. */
  public List<Alert> alerts() {
    List<Alert> alerts = new ArrayList<>();
    for (JsonNode group : get("/api/v1/rules?type=alert").path("groups")) {
      group
          .path("rules")
          .forEach(
              rule ->
                  alerts.add(new Alert(rule.path("name").asText(), rule.path("query").asText())));
    }
    return alerts;
  }

  public record Alert(String name, String expression) {}

  private JsonNode get(String path) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + address + path)).timeout(TIMEOUT).build();
    try {
      HttpResponse<String> response = client.send(request, BodyHandlers.ofString(UTF_8));
      if (response.statusCode() == 503) {
        return JSON.missingNode(); // up, and not ready yet
      }
      JsonNode answer = JSON.readTree(response.body());
      if (response.statusCode() == 400) {
        throw new AssertionError("%s: %s".formatted(path, answer.path("error").asText()));
      }
      return answer.path("data");
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new UncheckedIOException(e);
    } catch (IOException e) {
      return JSON.missingNode(); // not up yet
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
