package io.millrace.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * A real browser without a window: Debian's Chromium, by its own driver. It remembers what its
 * console said and which hosts its page asked.
 */
public final class Browser implements AutoCloseable {
  private static final File CHROMIUM = new File("/usr/bin/chromium");
  private static final File DRIVER = new File("/usr/bin/chromedriver");
  private static final Path SCREENSHOTS = Path.of("target/screenshots");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** It warns that it does not know the newest Chromium; what is used here has no version. */
  private static final Logger VERSIONS =
      Logger.getLogger("org.openqa.selenium.devtools.CdpVersionFinder");

  /** A size of the window, and what its owner prefers. */
  public enum Look {
    PHONE_LIGHT(390, 844, "light"),
    PHONE_DARK(390, 844, "dark"),
    WALL_LIGHT(1920, 1080, "light"),
    WALL_DARK(1920, 1080, "dark");

    private final int width;
    private final int height;
    private final String scheme;

    Look(int width, int height, String scheme) {
      this.width = width;
      this.height = height;
      this.scheme = scheme;
    }

    public boolean isDark() {
      return scheme.equals("dark");
    }
  }

  private final ChromeDriver driver;
  private final List<String> complaints = new ArrayList<>();
  private final Set<String> hosts = new TreeSet<>();

  private Browser(ChromeDriver driver) {
    this.driver = driver;
  }

  /**
   * Lets a test go on where there is a browser. Where there is none it is skipped, aloud, unless a
   * browser is demanded: then it goes on, and fails.
   */
  public static void assumeInstalled() {
    boolean isInstalled = CHROMIUM.canExecute() && DRIVER.canExecute();
    boolean isDemanded = "required".equals(System.getProperty("millrace.browser"));
    if (!isInstalled && !isDemanded) {
      System.out.printf(
          "The tests of the dashboard in a browser are skipped: there is no %s or no %s (Debian's"
              + " packages chromium and chromium-driver). mvn verify -Pbrowser demands them.%n",
          CHROMIUM, DRIVER);
    }
    assumeTrue(isInstalled || isDemanded, "no Chromium");
  }

  public static Browser open() {
    VERSIONS.setLevel(Level.SEVERE);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(CHROMIUM);
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run");
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    logs.enable(LogType.PERFORMANCE, Level.ALL);
    options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(
                DRIVER) // known: Selenium looks for nothing and downloads nothing
            .usingPort(FreePorts.next())
            .withTimeout(MillraceProcess.PATIENCE)
            .build();
    return new Browser(new ChromeDriver(service, options));
  }

  public void show(String url, Look look) {
    wear(look);
    driver.get(url);
  }

  /** Changes the size of the window and the colour scheme under the open page. */
  public void wear(Look look) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of(
            "width",
            look.width,
            "height",
            look.height,
            "deviceScaleFactor",
            1,
            "mobile",
            look.width < 600));
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", look.scheme))));
  }

  public void reload() {
    driver.navigate().refresh();
  }

  /** The text that people see of the element with this id. */
  public String text(String id) {
    return script("return document.getElementById(arguments[0]).innerText", id);
  }

  /** A {@code data-} attribute of the element with this id. */
  public String data(String id, String name) {
    return script(
        "return document.getElementById(arguments[0]).dataset[arguments[1]] ?? ''", id, name);
  }

  public boolean isVisible(String id) {
    return script("return document.getElementById(arguments[0]).checkVisibility()", id);
  }

  /** The value of a script that ends with a return. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // whoever asks knows what comes
  public <T> T script(String script, Object... arguments) {
    return requireNonNull((T) driver.executeScript(script, arguments), script);
  }

  /** The value that a script hands to the function that is its last argument. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // whoever asks knows what comes
  public <T> T asyncScript(String script) {
    driver.manage().timeouts().scriptTimeout(MillraceProcess.PATIENCE);
    return requireNonNull((T) driver.executeAsyncScript(script), script);
  }

  /** Waits until the page is as it should be. */
  public void await(String what, BooleanSupplier condition) {
    await(what, MillraceProcess.PATIENCE, condition);
  }

  public void await(String what, Duration patience, BooleanSupplier condition) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            "No %s within %s. The page says:%n%s%nThe console says: %s"
                .formatted(what, patience, script("return document.body.innerText"), complaints()));
      }
    }
  }

  /** What keeps people out of the page as it is, as axe sees it: a rule, an element and why. */
  public List<String> barriers() throws IOException {
    try (InputStream axe = Browser.class.getResourceAsStream("/axe.min.js")) {
      driver.executeScript(new String(requireNonNull(axe).readAllBytes(), UTF_8));
    }
    return asyncScript(
        """
        const done = arguments[arguments.length - 1];
        axe.run().then(found => done(found.violations.flatMap(rule => rule.nodes.map(node =>
            `${rule.id}: ${node.target} ${node.failureSummary}`))), error => done([String(error)]));
        """);
  }

  /** Keeps a picture of the whole page, for people to look at. */
  public void screenshot(String name) throws IOException {
    Map<String, Object> size =
        script(
            "return {x: 0, y: 0, scale: 1, width: innerWidth, height:"
                + " document.documentElement.scrollHeight}");
    Map<String, Object> picture =
        driver.executeCdpCommand(
            "Page.captureScreenshot",
            Map.of("format", "png", "captureBeyondViewport", true, "clip", size));
    Files.createDirectories(SCREENSHOTS);
    byte[] png = Base64.getDecoder().decode((String) picture.get("data"));
    Files.write(SCREENSHOTS.resolve(name + ".png"), png);
  }

  /** What the console has said so far that is no mere information. */
  public List<String> complaints() {
    driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
        .map(LogEntry::getMessage)
        .forEach(complaints::add);
    return List.copyOf(complaints);
  }

  /** The hosts, with ports, from which the page has asked for anything. */
  public Set<String> hosts() {
    driver.manage().logs().get(LogType.PERFORMANCE).getAll().stream()
        .map(LogEntry::getMessage)
        .flatMap(Browser::requestedUrl)
        .map(url -> URI.create(url).getAuthority())
        .filter(Objects::nonNull)
        .forEach(hosts::add);
    return Set.copyOf(hosts);
  }

  private static Stream<String> requestedUrl(String entry) {
    try {
      JsonNode message = JSON.readTree(entry).path("message");
      return message.path("method").asText().equals("Network.requestWillBeSent")
          ? Stream.of(message.at("/params/request/url").asText())
          : Stream.empty();
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    driver.quit();
  }
}
