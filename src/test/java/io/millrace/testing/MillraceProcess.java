package io.millrace.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code java -jar target/millrace.jar ...} as a process of its own. Every wait is for a condition,
 * for {@link #PATIENCE} at most, and says what was printed when the condition does not come. {@link
 * #close} ends a process that still runs.
 */
public final class MillraceProcess implements AutoCloseable {
  /**
   * A learner with its broker takes five seconds of a processor to start, and a busy machine gives
   * it a fortieth of one. A test that passes never waits for this long.
   */
  public static final Duration PATIENCE = Duration.ofMinutes(4);

  private static final Pattern USED = Pattern.compile("used (\\d+)K");
  private static final Pattern SILENCE =
      Pattern.compile(
          "KafkaWatch: Kafka at \\S+ (has not answered for|answers again after) \\d+ seconds; ");

  /**
   * Most live for seconds: what the second compiler would make, and the threads of a larger
   * collector, pay off only later.
   */
  private static final List<String> SHORT_LIVED =
      List.of("-Xmx384m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  /** How long jcmd waits for a process that gets no turn. */
  private static final String ATTACH = "-J-Dsun.tools.attach.attachTimeout=" + PATIENCE.toMillis();

  private final List<String> command;
  private final Process process;
  private final Output out;
  private final Output err;

  private MillraceProcess(Map<String, String> environment, List<String> jvm, String... args) {
    this(Path.of(""), environment, jvm, args);
  }

  private MillraceProcess(
      Path folder, Map<String, String> environment, List<String> jvm, String... args) {
    this(List.of(), folder, environment, jvm, args);
  }

  private MillraceProcess(
      List<String> wrapper,
      Path folder,
      Map<String, String> environment,
      List<String> jvm,
      String... args) {
    Path jar = Path.of(Objects.requireNonNull(System.getProperty("millrace.jar"), "millrace.jar"));
    this.command = new ArrayList<>(wrapper);
    command.addAll(JavaCommand.with(jvm));
    if (jvm.containsAll(SHORT_LIVED)) {
      command.addAll(ClassArchive.options(jar, SHORT_LIVED));
    }
    command.add("-jar");
    command.add(jar.toString());
    command.addAll(List.of(args));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toAbsolutePath().toFile());
    builder.environment().putAll(environment);
    try {
      this.process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.out = new Output(process.getInputStream());
    this.err = new Output(process.getErrorStream());
  }

  public static MillraceProcess start(String... args) {
    return start(Map.of(), args);
  }

  public static MillraceProcess start(Map<String, String> environment, String... args) {
    return new MillraceProcess(environment, SHORT_LIVED, args);
  }

  /** Starts it in a folder, which relative names are in. */
  public static MillraceProcess startIn(Path folder, String... args) {
    return new MillraceProcess(folder, Map.of(), SHORT_LIVED, args);
  }

  /** For a machine whose language writes numbers with other digits, such as {@code fa-IR}. */
  public static MillraceProcess startIn(Locale locale, String... args) {
    List<String> options =
        List.of(
            "-Duser.language=" + locale.getLanguage(),
            "-Duser.country=" + locale.getCountry(),
            "-Duser.extensions=u-" + locale.getExtension(Locale.UNICODE_LOCALE_EXTENSION));
    return startWithJvm(options, args);
  }

  /** Starts it with other options of the JVM. */
  public static MillraceProcess startWithJvm(List<String> options, String... args) {
    List<String> jvm = new ArrayList<>(SHORT_LIVED);
    jvm.addAll(options);
    return new MillraceProcess(Map.of(), jvm, args);
  }

  /** Starts it with few files that it may open at a time. */
  public static MillraceProcess startWithFiles(int most, String... args) {
    List<String> limited = List.of("bash", "-c", "ulimit -n " + most + "; exec \"$@\"", "limited");
    return new MillraceProcess(limited, Path.of(""), Map.of(), SHORT_LIVED, args);
  }

  /** For much work in little memory. */
  public static MillraceProcess startWithHeap(String heap, String... args) {
    return new MillraceProcess(Map.of(), List.of("-Xmx" + heap), args);
  }

  /** Runs a command to its end, which must be exit code 0. */
  public static MillraceProcess run(String... args) {
    try (MillraceProcess process = start(args)) {
      assertThat(process.awaitExit()).as(process.toString()).isZero();
      return process;
    }
  }

  /** Gives the process its whole standard input. */
  public void type(String text) {
    try (OutputStream in = process.getOutputStream()) {
      in.write(text.getBytes(UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The process's standard input, to write to bit by bit. */
  public OutputStream standardInput() {
    return process.getOutputStream();
  }

  /** Waits for a line on standard output that contains the text, and returns it. */
  public String awaitLine(String text) {
    String line = out.await(text, PATIENCE);
    if (line == null) {
      throw new AssertionError(
          "No line with \"" + text + "\" within " + PATIENCE + " from " + this);
    }
    return line;
  }

  /** Waits for a line on standard error that contains the text, and returns it. */
  public String awaitErrorLine(String text, Duration patience) {
    String line = err.await(text, patience);
    if (line == null) {
      throw new AssertionError(
          "No error line with \"" + text + "\" within " + patience + " from " + this);
    }
    return line;
  }

  /** What was printed to standard output so far, or all of it once the process has ended. */
  public List<String> out() {
    return out.lines();
  }

  /** The same for standard error. */
  public List<String> err() {
    return err.lines();
  }

  /**
   * Standard error without what is said when Kafka has not answered for some seconds and when it
   * answers again. Where processes get no turn for so long, it is true, and no fault.
   */
  public List<String> complaints() {
    return err().stream().filter(line -> !SILENCE.matcher(line).find()).toList();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /**
   * SIGTERM. {@link Process#destroy} would also close the streams, and what the process prints
   * while it ends would be lost.
   */
  public void terminate() {
    process.toHandle().destroy();
  }

  /** SIGKILL; the streams stay open until they are read to their end. */
  public void kill() {
    process.toHandle().destroyForcibly();
  }

  /** SIGINT, as Ctrl-C sends it. */
  public void interrupt() throws IOException, InterruptedException {
    signal("INT");
  }

  /** Any signal: STOP freezes the process, CONT lets it go on. */
  public void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  /** The TCP ports on which it listens, on whatever address; Linux only. */
  public List<Integer> listeningPorts() throws IOException {
    List<String> sockets = new ArrayList<>();
    try (Stream<Path> open = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
      for (Path each : open.toList()) {
        try {
          String target = Files.readSymbolicLink(each).toString();
          if (target.startsWith("socket:[")) {
            sockets.add(target.substring(8, target.length() - 1));
          }
        } catch (NoSuchFileException e) {
          // closed since
        }
      }
    }
    List<Integer> ports = new ArrayList<>();
    for (String table : List.of("tcp", "tcp6")) {
      for (String line : Files.readAllLines(Path.of("/proc/net/" + table))) {
        String[] columns = line.strip().split("\\s+", -1);
        if (columns.length > 9 && columns[3].equals("0A") && sockets.contains(columns[9])) {
          String address = columns[1];
          ports.add(Integer.parseInt(address.substring(address.indexOf(':') + 1), 16));
        }
      }
    }
    return ports;
  }

  /** The bytes on the heap that are in use after a full collection. */
  public long usedHeap() throws IOException, InterruptedException {
    jcmd("GC.run");
    return jcmd("GC.heap_info")
        .lines()
        .filter(line -> !line.contains("Metaspace") && !line.contains("class space"))
        .map(USED::matcher)
        .filter(Matcher::find)
        .mapToLong(used -> 1024 * Long.parseLong(used.group(1)))
        .sum();
  }

  /** What each of its threads is doing, for the message of a test that fails. */
  public String threads() throws IOException, InterruptedException {
    return jcmd("Thread.print");
  }

  private String jcmd(String request) throws IOException, InterruptedException {
    Process asked =
        new ProcessBuilder(JavaCommand.tool("jcmd"), ATTACH, Long.toString(process.pid()), request)
            .redirectErrorStream(true)
            .start();
    String said = new String(asked.getInputStream().readAllBytes(), UTF_8);
    assertThat(asked.waitFor()).as(said).isZero();
    return said;
  }

  /**
   * Whether the process was told to ignore SIGINT, as shells do with what they start in the
   * background; a JVM then has no Ctrl-C to obey.
   */
  public boolean ignoresInterrupts() throws IOException {
    Path status = Path.of("/proc/" + process.pid() + "/status");
    if (!Files.isReadable(status)) {
      return false;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .map(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
        .anyMatch(ignored -> (ignored & 0b10) != 0);
  }

  /** Waits for the end and returns the exit code. */
  public int awaitExit() {
    return awaitExit(PATIENCE);
  }

  public int awaitExit(Duration patience) {
    try {
      if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("No end within " + patience + " of " + this);
      }
      out.awaitEnd();
      err.awaitEnd();
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      kill();
      awaitExit();
    }
  }

  @Override
  public String toString() {
    return "%s%n--- out%n%s%n--- err%n%s%n---"
        .formatted(String.join(" ", command), String.join("\n", out()), String.join("\n", err()));
  }

  /** The lines of one of the two streams, as they come. */
  private static final class Output {
    private final List<String> lines = new ArrayList<>();
    private final Thread reader;
    private boolean ended;

    Output(InputStream in) {
      this.reader = new Thread(() -> read(in), "output");
      reader.setDaemon(true);
      reader.start();
    }

    private void read(InputStream in) {
      try (BufferedReader text = new BufferedReader(new InputStreamReader(in, UTF_8))) {
        for (String line = text.readLine(); line != null; line = text.readLine()) {
          add(line);
        }
      } catch (IOException e) {
        add("(unreadable: " + e + ")");
      } finally {
        end();
      }
    }

    private synchronized void add(String line) {
      lines.add(line);
      notifyAll();
    }

    private synchronized void end() {
      ended = true;
      notifyAll();
    }

    synchronized List<String> lines() {
      return List.copyOf(lines);
    }

    synchronized @Nullable String await(String text, Duration patience) {
      long deadline = System.nanoTime() + patience.toNanos();
      int seen = 0;
      while (true) {
        for (; seen < lines.size(); seen++) {
          if (lines.get(seen).contains(text)) {
            return lines.get(seen);
          }
        }
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (ended || left <= 0) {
          return null;
        }
        try {
          wait(left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return null;
        }
      }
    }

    void awaitEnd() throws InterruptedException {
      reader.join(PATIENCE.toMillis());
    }
  }
}
