package io.millrace.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.testing.JavaCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How long one prediction over HTTP takes, on loopback, from a client of another process: beside a
 * demo (broker, stream and learner in one process) that learns little, what it does by default, and
 * as much as the machine can.
 */
final class PredictBenchmark {
  private static final int WARM_UP = 3_000;
  private static final int REQUESTS = 10_000;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String EVENT =
      "{\"date\":\"2001-01-01T00:01\",\"distance\":2176,\"origin\":\"LAS\",\"destination\":\"PHL\"}";

  private PredictBenchmark() {}

  static void run(List<String> args) throws Exception {
    System.out.printf(
        "%-24s %10s %10s %10s %12s%n", "learner", "p50 ms", "p99 ms", "max ms", "learned/s");
    measure("100 examples a second", "100/s");
    measure("2,500 a second", "2500/s");
    measure("as fast as it can", "1000000/s");
  }

  private static void measure(String name, String rate) throws Exception {
    List<String> command =
        JavaCommand.with(
            List.of(
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                "io.millrace.app.Main",
                "demo",
                "--rate",
                rate,
                "--set",
                "http.port=0"));
    Process demo =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(demo.getInputStream(), UTF_8))) {
      String line = out.readLine();
      while (line != null && !line.contains("Dashboard: ")) {
        line = out.readLine();
      }
      if (line == null) {
        throw new IllegalStateException("The demo did not start");
      }
      Thread drain = new Thread(() -> readToItsEnd(out), "drain");
      drain.setDaemon(true);
      drain.start();
      measure(name, URI.create(line.substring(line.indexOf("http")).strip()));
    } finally {
      demo.destroy();
      demo.waitFor();
    }
  }

  /** So that the demo never waits for somebody to read what it says. */
  private static void readToItsEnd(BufferedReader out) {
    try {
      while (out.readLine() != null) {
        // nobody wants to know
      }
    } catch (IOException e) {
      // The demo was ended.
    }
  }

  private static void measure(String name, URI url) throws IOException, InterruptedException {
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest request =
        HttpRequest.newBuilder(url.resolve("api/predict"))
            .POST(HttpRequest.BodyPublishers.ofString(EVENT))
            .build();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (status(client, request) != 200) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("No prediction within " + PATIENCE);
      }
      Thread.sleep(100);
    }
    for (int i = 0; i < WARM_UP; i++) {
      status(client, request);
    }
    long before = learned(client, url);
    long start = System.nanoTime();
    double[] millis = new double[REQUESTS];
    for (int i = 0; i < REQUESTS; i++) {
      long sent = System.nanoTime();
      status(client, request);
      millis[i] = (System.nanoTime() - sent) / 1e6;
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    double rate = (learned(client, url) - before) / seconds;
    Arrays.sort(millis);
    System.out.printf(
        Locale.ROOT,
        "%-24s %10.2f %10.2f %10.2f %,12.0f%n",
        name,
        millis[REQUESTS / 2],
        millis[REQUESTS * 99 / 100],
        millis[REQUESTS - 1],
        rate);
  }

  private static int status(HttpClient client, HttpRequest request)
      throws IOException, InterruptedException {
    return client.send(request, HttpResponse.BodyHandlers.ofByteArray()).statusCode();
  }

  /** The examples in the model. */
  private static long learned(HttpClient client, URI url) throws IOException, InterruptedException {
    String status =
        client
            .send(
                HttpRequest.newBuilder(url.resolve("api/status")).build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    int at = status.indexOf("\"learned\":") + "\"learned\":".length();
    return Long.parseLong(status.substring(at, status.indexOf(',', at)));
  }
}
