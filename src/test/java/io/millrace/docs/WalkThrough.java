package io.millrace.docs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.docs.Page.Block;
import io.millrace.testing.FreePorts;
import io.millrace.testing.MillraceProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A reader who does what a page says, in an empty folder: the commands as they stand there, with
 * other ports alone.
 */
final class WalkThrough {
  private static final String JAR = "java -jar target/millrace.jar ";
  private static final Pattern COMMENT = Pattern.compile(" +# .*");
  private static final Pattern CURL =
      Pattern.compile("curl -s http://127\\.0\\.0\\.1:8080/(\\S+) -d '([^']*)'\n");

  private final Page page;
  private final Path folder;
  private final String servers = "127.0.0.1:" + FreePorts.next();
  private final HttpClient http = HttpClient.newHttpClient();

  WalkThrough(Page page, Path folder) {
    this.page = page;
    this.folder = folder;
  }

  /** Saves the first block of a kind under the name that the commands use. */
  void save(String info, String name) throws IOException {
    Files.writeString(folder.resolve(name), page.blocks(info).get(0).text());
  }

  /** Starts the one command of the page that contains the text. */
  MillraceProcess start(String text, String... more) {
    List<String> found = commands().stream().filter(line -> line.contains(text)).toList();
    assertThat(found).as("commands of %s with %s", page.file(), text).hasSize(1);
    List<String> args = new ArrayList<>(List.of(found.get(0).split(" +", -1)));
    assertThat(args).contains("--config");
    args.addAll(List.of(more));
    args.addAll(List.of("--set", "kafka.bootstrap.servers=" + servers, "--set", "http.port=0"));
    return MillraceProcess.startIn(folder, args.toArray(String[]::new));
  }

  /** Runs it to its end, which must be exit code 0; returns what it prints. */
  List<String> run(String text, String... more) {
    try (MillraceProcess process = start(text, more)) {
      assertThat(process.awaitExit()).as(process.toString()).isZero();
      return process.out();
    }
  }

  /** Every command of the page with our jar, without the start and without comments. */
  List<String> commands() {
    return page.blocks("sh").stream()
        .flatMap(block -> block.text().lines())
        .filter(line -> line.startsWith(JAR))
        .map(line -> COMMENT.matcher(line.substring(JAR.length())).replaceFirst(""))
        .toList();
  }

  /** Runs what a block has beside our own commands. */
  void shell(Block block) throws IOException, InterruptedException {
    String script =
        String.join("\n", block.text().lines().filter(line -> !line.startsWith(JAR)).toList());
    Process shell =
        new ProcessBuilder("sh", "-e", "-c", script)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(shell.getInputStream().readAllBytes(), UTF_8);
    assertThat(shell.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(shell.exitValue()).as(said).isZero();
  }

  /** Where the server of a running learner is, with a slash at the end. */
  static String url(MillraceProcess run) {
    String line = run.awaitLine("Dashboard: ");
    return line.substring(line.indexOf("http"));
  }

  /** Sends the request of the page's curl, as curl does. */
  HttpResponse<String> curl(String url) throws IOException, InterruptedException {
    Matcher curl = CURL.matcher(page.block("sh", "curl").text());
    assertThat(curl.matches()).isTrue();
    return http.send(
        HttpRequest.newBuilder(URI.create(url + curl.group(1)))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(curl.group(2)))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** What the server answers to a question. */
  String get(String url) {
    try {
      return http.send(
              HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      throw new AssertionError(url, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(url, e);
    }
  }
}
