package io.millrace.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.config.HttpConfig;
import io.millrace.learn.PublishedModel.Publication;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The server alone, over real sockets; what a whole learner shows is in {@code MonitoringIT}. */
class WebServerTest {
  private static final int DASHBOARDS = 100;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final HttpClient client = HttpClient.newHttpClient();
  private final View view = new View();
  private final WebServer server = start(null);

  private static HttpConfig http(String host, int port, String... allowedHosts) {
    return new HttpConfig(host, OptionalInt.of(port), List.of(allowedHosts), Optional.empty());
  }

  private WebServer start(@Nullable Predictions predictions) {
    try {
      return WebServer.start(http("127.0.0.1", 0), view, predictions);
    } catch (BindException e) {
      throw new AssertionError(e);
    }
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void shouldServeThePageToItsOwnOriginAlone() throws Exception {
    HttpResponse<String> page = get("");

    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
    assertThat(page.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
        .contains("default-src 'none'", "script-src 'self'", "connect-src 'self'")
        .doesNotContain("http", "*", "unsafe");
    String tag = page.headers().firstValue("ETag").orElseThrow();
    HttpRequest again = request("").header("If-None-Match", tag).build();
    assertThat(client.send(again, BodyHandlers.ofString()).statusCode()).isEqualTo(304);
    assertThat(get("uplot/uPlot.iife.min.js").statusCode()).isEqualTo(200);
  }

  @Test
  void shouldSayWhatThereIsNot() throws Exception {
    for (String path :
        List.of("nothing", "WebServer.class", "package-info.class", "uplot/../x.js", "..%2fx.js")) {
      HttpResponse<String> answer = get(path);
      assertThat(answer.statusCode()).as(path).isEqualTo(404);
      assertThat(answer.body()).startsWith("{\"error\":\"Not found: /");
    }
    assertThat(get("api/model").statusCode()).isEqualTo(404);
    assertThat(get("api/model").body())
        .isEqualTo("{\"error\":\"No snapshot of the model has been published yet\"}");
    assertThat(get("api/surface").statusCode()).isEqualTo(404);
  }

  @Test
  void shouldOnlyAnswerGetAndHead() throws Exception {
    HttpResponse<String> head =
        client.send(
            request("api/status").method("HEAD", BodyPublishers.noBody()).build(),
            BodyHandlers.ofString());
    HttpResponse<String> post =
        client.send(
            request("api/status").POST(BodyPublishers.ofString("{}")).build(),
            BodyHandlers.ofString());

    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(post.statusCode()).isEqualTo(405);
    assertThat(post.headers().firstValue("Allow")).contains("GET, HEAD");
  }

  @Test
  void shouldGiveTheNewestCostsOldestFirst() throws Exception {
    for (int i = 1; i <= CostHistory.CAPACITY + 3; i++) {
      view.add(i, Integer.toString(i));
    }

    assertThat(get("api/costs?last=3").body()).isEqualTo("[5001,5002,5003]");
    assertThat(get("api/costs").body()).startsWith("[4,5,").endsWith(",5003]");
    assertThat(get("api/costs?last=1000000").body()).startsWith("[4,5,");
    for (String wrong : List.of("0", "-1", "x", "", "99999999999")) {
      HttpResponse<String> answer = get("api/costs?last=" + wrong);
      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(answer.body()).contains("whole number of at least 1, got \\\"" + wrong);
    }
  }

  @Test
  void shouldGiveTheWholeLife() throws Exception {
    assertThat(get("api/history").body()).isEqualTo("[]");
    assertThat(get("api/costs").body()).isEqualTo("[]");
    view.add(1, "1");
    assertThat(get("api/history").body()).isEqualTo("[1]");
    for (int i = 2; i <= 100_000; i++) {
      view.add(i, Integer.toString(i));
    }

    String life = get("api/history").body();
    assertThat(life).startsWith("[1,").endsWith(",99999,100000]");
    assertThat(life.split(",", -1)).hasSizeBetween(1_900, 3_000);
  }

  /** What DNS rebinding looks like from here. */
  @Test
  void shouldAnswerToNamesOfThisMachineAlone() throws Exception {
    for (String host : List.of("localhost", "LOCALHOST:%d", "127.0.0.1:%d", "[::1]:%d")) {
      assertThat(statusFor(host)).as(host).isEqualTo(200);
    }
    for (String host :
        List.of("evil.example:%d", "localhost.evil.example", "127.0.0.2", "[::1", "")) {
      assertThat(statusFor(host)).as(host).isIn(400, 403);
    }
  }

  /** As docker-compose.yml has it: the server listens beyond loopback, and has a name there. */
  @Test
  void shouldRefuseForeignNamesWhereItListensEverywhere() throws Exception {
    try (WebServer everywhere =
        WebServer.start(http("0.0.0.0", 0, "Learner", "2001:db8::1"), view, null)) {
      int port = URI.create(everywhere.url()).getPort();
      for (String host :
          List.of("localhost:1", "learner:8080", "LEARNER", "[2001:DB8::1]:80", "127.0.0.1")) {
        assertThat(status(port, "GET /api/status", host, "")).as(host).isEqualTo(200);
      }
      for (String host : List.of("evil.example:%d", "learner.evil.example", "192.0.2.1", "")) {
        assertThat(status(port, "GET /api/status", host.formatted(port), ""))
            .as(host)
            .isEqualTo(403);
      }
      for (String path : List.of("/metrics", "/health/live", "/health/ready")) {
        assertThat(status(port, "GET " + path, "millrace.monitoring.svc", "")).isEqualTo(200);
      }
    }
  }

  @Test
  void shouldExemptMonitoringBeyondLoopbackAlone() throws Exception {
    assertThat(status(port(), "GET /metrics", "evil.example", "")).isEqualTo(403);
  }

  /** What a page of another site can make a browser send. */
  @Test
  void shouldRefuseToBeSentToFromForeignPages() throws Exception {
    try (WebServer predicting = start(body -> "{}".getBytes(UTF_8))) {
      int port = URI.create(predicting.url()).getPort();
      String own = "localhost:" + port;
      for (String origin :
          List.of("http://evil.example", "null", "http://localhost:1", "http://localhost")) {
        assertThat(status(port, "POST /api/predict", own, "Origin: " + origin + "\r\n"))
            .as(origin)
            .isEqualTo(403);
      }
      assertThat(status(port, "POST /api/predict", own, "Origin: http://" + own + "\r\n"))
          .isEqualTo(200);
      assertThat(status(port, "POST /api/predict", own, "")).isEqualTo(200);
      assertThat(status(port, "GET /api/status", own, "Origin: http://evil.example\r\n"))
          .isEqualTo(200);
    }
  }

  private int statusFor(String host) throws IOException {
    return status(port(), "GET /api/status", host.formatted(port()), "");
  }

  /** The status code for a request with this Host header, and others. */
  private static int status(int port, String request, String host, String headers)
      throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      String head =
          "%s HTTP/1.1\r\nHost: %s\r\n%sContent-Length: 0\r\nConnection: close\r\n\r\n"
              .formatted(request, host, headers);
      socket.getOutputStream().write(head.getBytes(UTF_8));
      String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
      return Integer.parseInt(answer.split(" ", -1)[1]);
    }
  }

  @Test
  void shouldTellHealthByTheStatusCode() throws Exception {
    assertThat(get("health/live").statusCode()).isEqualTo(200);
    assertThat(get("health/ready").body()).isEqualTo("{\"status\":\"UP\",\"state\":\"RUNNING\"}");

    view.health = new Health("REBALANCING", null, "It restores its state");
    assertThat(get("health/live").statusCode()).isEqualTo(200);
    assertThat(get("health/ready").statusCode()).isEqualTo(503);
    assertThat(get("health/ready").body())
        .isEqualTo(
            "{\"status\":\"DOWN\",\"state\":\"REBALANCING\",\"why\":\"It restores its state\"}");

    view.health = new Health("ERROR", "The disk is full", "It stops");
    assertThat(get("health/live").statusCode()).isEqualTo(503);
    assertThat(get("health/live").body()).contains("\"why\":\"The disk is full\"");
  }

  /** The answer comes before the end of the body, and must outlive what is still on its way. */
  @Test
  void shouldSayThatABodyIsTooLargeToWhoeverStillSendsIt() throws Exception {
    try (WebServer predicting = start(body -> body)) {
      URI url = URI.create(predicting.url() + "api/predict");
      HttpRequest tooLarge =
          HttpRequest.newBuilder(url)
              .POST(BodyPublishers.ofByteArray(new byte[4 * 1024 * 1024]))
              .build();
      HttpRequest unknownLength =
          HttpRequest.newBuilder(url)
              .POST(
                  BodyPublishers.ofInputStream(
                      () -> new ByteArrayInputStream(new byte[4 * 1024 * 1024])))
              .build();
      for (int i = 0; i < 100; i++) {
        HttpResponse<String> answer =
            client.send(i % 2 == 0 ? tooLarge : unknownLength, BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).contains("the limit is 1048576 bytes");
      }
      HttpRequest enough =
          HttpRequest.newBuilder(url)
              .POST(BodyPublishers.ofByteArray(new byte[1024 * 1024]))
              .build();
      assertThat(client.send(enough, BodyHandlers.ofString()).body()).hasSize(1024 * 1024);
    }
  }

  /** More requests than the server works on at once, so that one that hangs would show. */
  @Test
  void shouldAnswerEveryRequestWhosePredictionThrows() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    Predictions failing =
        body -> {
          if (body.length == 0) {
            return body;
          }
          if (asked.getAndIncrement() % 2 == 0) {
            throw new IllegalStateException("no such row");
          }
          throw new StackOverflowError();
        };
    try (WebServer predicting = start(failing)) {
      URI url = URI.create(predicting.url() + "api/predict");
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        HttpRequest request =
            HttpRequest.newBuilder(url).POST(BodyPublishers.ofString("[" + i + "]")).build();
        answers.add(client.sendAsync(request, BodyHandlers.ofString()));
      }
      for (CompletableFuture<HttpResponse<String>> each : answers) {
        HttpResponse<String> answer = each.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(answer.statusCode()).isIn(500, 503);
        assertThat(answer.body()).startsWith("{\"error\":\"");
      }
      assertThat(asked.get()).isPositive();
      HttpRequest good = HttpRequest.newBuilder(url).POST(BodyPublishers.noBody()).build();
      assertThat(client.send(good, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    }
  }

  /** Clients that stop in the middle hold neither the memory nor the other requests. */
  @Test
  void shouldOutliveUnfinishedBodies() throws Exception {
    try (WebServer predicting = start(body -> body)) {
      List<Socket> unfinished = new ArrayList<>();
      try {
        for (int i = 0; i < 380; i++) {
          unfinished.add(half(predicting, 1024 * 1024, 512 * 1024));
        }
        for (String path : List.of("health/live", "health/ready", "metrics", "api/status")) {
          URI url = URI.create(predicting.url() + path);
          HttpResponse<String> answer =
              client.send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString());
          assertThat(answer.statusCode()).as(path).isEqualTo(200);
        }
        List<String> answers = new ArrayList<>();
        for (Socket socket : unfinished) {
          answers.add(statusLine(socket));
        }
        // Some were read until they were too late, the others found no place.
        assertThat(answers).contains("HTTP/1.1 408 Request Time-out");
        assertThat(answers)
            .allMatch(
                line ->
                    line.startsWith("HTTP/1.1 408")
                        || line.startsWith("HTTP/1.1 503")
                        || line.equals("reset"));
      } finally {
        for (Socket socket : unfinished) {
          socket.close();
        }
      }
      URI url = URI.create(predicting.url() + "api/predict");
      for (int i = 0; i < 100; i++) {
        HttpRequest good = HttpRequest.newBuilder(url).POST(BodyPublishers.ofString("x")).build();
        assertThat(client.send(good, BodyHandlers.ofString()).body()).isEqualTo("x");
      }
    }
  }

  /** The length is only said; a buffer of that size would end the process. */
  @Test
  void shouldNotBelieveALength() throws Exception {
    try (WebServer predicting = start(body -> body);
        Socket socket = half(predicting, Integer.MAX_VALUE, 1)) {
      assertThat(statusLine(socket)).isEqualTo("HTTP/1.1 413 Request Entity Too Large");
    }
  }

  /** A request for a prediction that stops after some bytes of its body. */
  private static Socket half(WebServer server, int length, int sent) throws IOException {
    Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), URI.create(server.url()).getPort());
    socket.setSoTimeout((int) PATIENCE.toMillis());
    String head = "POST /api/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n";
    socket.getOutputStream().write(head.formatted(length).getBytes(UTF_8));
    try {
      socket.getOutputStream().write(new byte[sent]);
    } catch (SocketException refused) {
      return socket; // already
    }
    return socket;
  }

  private static String statusLine(Socket socket) throws IOException {
    try {
      return new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8)).readLine();
    } catch (SocketException e) {
      return "reset";
    }
  }

  @Test
  void shouldAnswerWhereTheFiguresThrow() throws Exception {
    view.failure = new IllegalStateException("no figures");
    for (String path : List.of("api/status", "health/live", "metrics")) {
      HttpResponse<String> answer = get(path);
      assertThat(answer.statusCode()).as(path).isEqualTo(500);
      assertThat(answer.body())
          .isEqualTo("{\"error\":\"The request failed. The log of the server says why\"}");
    }
    view.failure = null;
    assertThat(get("api/status").statusCode()).isEqualTo(200);
  }

  @Test
  void shouldRefuseAPortThatIsTaken() {
    assertThatThrownBy(() -> WebServer.start(http("127.0.0.1", port()), view, null))
        .isInstanceOf(BindException.class);
  }

  @Test
  void shouldSendCostsAndStatusAsTheyCome() throws Exception {
    try (Browser browser = new Browser()) {
      assertThat(browser.nextData("status")).startsWith("{\"application\":\"a\"");
      view.add(1, "{\"batch\":\r\n1}");
      assertThat(browser.nextData("costs")).isEqualTo("[{\"batch\":  1}]");
      for (int i = 2; i <= 2000; i++) {
        view.add(i, String.format(Locale.ROOT, "{\"batch\":%d}", i));
      }
      String newest = browser.nextData("costs");
      while (!newest.endsWith("{\"batch\":2000}]")) {
        newest = browser.nextData("costs");
      }
      assertThat(newest.split(",", -1)).hasSizeLessThanOrEqualTo(25);
      assertThat(browser.nextData("status")).isNotEmpty();
    }
    await(() -> server.dashboards() == 0);
  }

  /** They connect, and never read. */
  @Test
  void shouldCutStuckBrowsersOffWithoutHarmToOthers() throws Exception {
    List<Socket> stuck = new ArrayList<>();
    try (Browser reading = new Browser()) {
      for (int i = 0; i < DASHBOARDS; i++) {
        stuck.add(connect());
      }
      await(() -> server.dashboards() == DASHBOARDS + 1);
      String large = "\"" + "x".repeat(20_000) + "\"";
      int batch = 0;
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (server.dashboards() > 1) {
        assertThat(System.nanoTime()).isLessThan(deadline);
        for (int i = 0; i < 25; i++) {
          view.add(++batch, large);
        }
        assertThat(reading.nextData("costs")).contains("xxx");
      }
      assertThat(reading.nextData("status")).isNotEmpty();
    } finally {
      for (Socket socket : stuck) {
        socket.close();
      }
    }
  }

  @Test
  void shouldLimitTheDashboards() throws Exception {
    List<Socket> open = new ArrayList<>();
    try {
      for (int i = 0; i < Events.MOST_STREAMS; i++) {
        open.add(connect());
      }
      await(() -> server.dashboards() == Events.MOST_STREAMS);

      assertThat(get("api/events").statusCode()).isEqualTo(503);
      assertThat(get("api/status").statusCode()).isEqualTo(200);
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }

  /** More than dashboards may be open, one after the other. */
  @Test
  void shouldNotCountHeadAsADashboard() throws Exception {
    for (int i = 0; i < Events.MOST_STREAMS + 4; i++) {
      HttpResponse<String> head =
          client.send(
              request("api/events").method("HEAD", BodyPublishers.noBody()).build(),
              BodyHandlers.ofString());
      assertThat(head.statusCode()).isEqualTo(200);
      assertThat(head.headers().firstValue("Content-Type"))
          .contains("text/event-stream; charset=utf-8");
    }
    assertThat(server.dashboards()).isZero();
    try (Browser browser = new Browser()) {
      assertThat(browser.nextData("status")).isNotEmpty();
    }
  }

  /** Browsers that go without a word, more of them than requests may be at work. */
  @Test
  void shouldForgetBrowsersThatHaveGone() throws Exception {
    for (int round = 0; round < 4; round++) {
      List<Socket> open = new ArrayList<>();
      for (int i = 0; i < DASHBOARDS; i++) {
        open.add(connect());
      }
      await(() -> server.dashboards() == DASHBOARDS);
      for (Socket socket : open) {
        socket.close();
      }
      await(() -> server.dashboards() == 0);
    }
    assertThat(get("api/status").statusCode()).isEqualTo(200);
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.setSoTimeout((int) PATIENCE.toMillis());
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()));
    socket
        .getOutputStream()
        .write("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(UTF_8));
    return socket;
  }

  /** Reads the events; chunk sizes stand on lines of their own and are passed over. */
  private final class Browser implements AutoCloseable {
    private final HttpResponse<InputStream> response;
    private final BufferedReader lines;

    Browser() throws Exception {
      this.response = client.send(request("api/events").build(), BodyHandlers.ofInputStream());
      this.lines = new BufferedReader(new InputStreamReader(response.body(), UTF_8));
    }

    String nextData(String event) throws IOException {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.equals("event: " + event)) {
          return lines.readLine().substring("data: ".length());
        }
      }
      throw new AssertionError("cut off");
    }

    @Override
    public void close() throws IOException {
      response.body().close();
    }
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private int port() {
    return URI.create(server.url()).getPort();
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(request(path).build(), BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(server.url() + path));
  }

  /** A learner that does what the test says. */
  private static final class View implements LearnerView {
    private final CostHistory costs = new CostHistory();
    private volatile @Nullable RuntimeException failure;
    private volatile Health health = new Health("RUNNING", null, null);

    void add(int batch, String json) {
      costs.add(new CostHistory.Cost(batch, json.getBytes(UTF_8)));
    }

    private void mayFail() {
      RuntimeException thrown = failure;
      if (thrown != null) {
        throw thrown;
      }
    }

    @Override
    public Health health() {
      mayFail();
      return health;
    }

    @Override
    public Status status() {
      mayFail();
      return new Status(
          "a",
          "m",
          Map.of(),
          health.state(),
          true,
          false,
          0,
          0,
          0,
          0,
          0,
          new Status.DeadLetters(0, true, Map.of(), List.of()),
          0,
          null,
          null,
          2,
          3,
          1,
          "sigmoid",
          "none",
          List.of(),
          0,
          "v",
          "t");
    }

    @Override
    public CostHistory costs() {
      return costs;
    }

    @Override
    public Optional<Publication> model() {
      return Optional.empty();
    }

    @Override
    public Optional<Surface> surface() {
      return Optional.empty();
    }

    @Override
    public String metrics() {
      mayFail();
      return "";
    }
  }
}
