package io.millrace.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** The HTTP API of a running Grafana, asked without a login. */
public final class GrafanaApi {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final String address;

  /** The API at {@code host:port}. */
  public GrafanaApi(String address) {
    this.address = address;
  }

  /**
   * A dashboard: {@code dashboard} is its JSON as Grafana has it, {@code meta} says where it is
   * from. A missing node as long as Grafana does not answer or does not have it.
   */
  public JsonNode dashboard(String uid) {
    return send(request("/api/dashboards/uid/" + uid).GET().build());
  }

  /**
   * Whether a query of a panel has at least one number as its present value. {@code false}, too, as
   * long as Grafana or what it asks does not answer.
   *
   * @param source the panel's data source, {@code {"type":...,"uid":...}}
   * @param expression PromQL; Grafana fills in its own variables
   */
  public boolean hasData(JsonNode source, String expression) {
    ObjectNode body = JSON.createObjectNode().put("from", "now-5m").put("to", "now");
    body.putArray("queries")
        .addObject()
        .put("refId", "A")
        .put("expr", expression)
        .put("instant", true)
        .put("range", false)
        .put("intervalMs", 5000)
        .put("maxDataPoints", 60)
        .set("datasource", source);
    JsonNode answer =
        send(
            request("/api/ds/query")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString()))
                .build());
    for (JsonNode frame : answer.path("results").path("A").path("frames")) {
      for (JsonNode value : frame.path("data").path("values").path(1)) { // 0 are the times
        if (value.isNumber()) {
          return true;
        }
      }
    }
    return false;
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://" + address + path)).timeout(TIMEOUT);
  }

  private JsonNode send(HttpRequest request) {
    try {
      HttpResponse<String> response = client.send(request, BodyHandlers.ofString(UTF_8));
      return response.statusCode() == 200 ? JSON.readTree(response.body()) : JSON.missingNode();
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    } catch (IOException e) {
      return JSON.missingNode(); // not up yet
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
