package io.millrace.app.show;

import io.millrace.app.process.ExitException;
import io.millrace.config.HttpConfig;
import io.millrace.config.MillraceConfig;
import io.millrace.web.WebServer;
import java.net.BindException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The HTTP server of a command, if the configuration has one. */
public final class Dashboard implements AutoCloseable {
  private final @Nullable WebServer server;

  private Dashboard(@Nullable WebServer server) {
    this.server = server;
  }

  /**
   * Starts the server of the configuration, if it has one.
   *
   * @throws ExitException when the address cannot be used
   */
  public static Dashboard start(MillraceConfig config, LearnerBoard view) {
    HttpConfig http = config.http();
    if (http.port().isEmpty()) {
      return new Dashboard(null);
    }
    int port = http.port().getAsInt();
    EventPredictor predictions =
        new EventPredictor(config, view.published(), view.learningMetrics());
    try {
      return new Dashboard(WebServer.start(http, view, predictions));
    } catch (BindException e) {
      throw ExitException.failure(
          String.format(
              Locale.ROOT,
              "The dashboard cannot listen on %s:%d (http.host, http.port): %s. Set another http.port: 0 takes any free port, none starts no dashboard",
              http.host(),
              port,
              e.getMessage()),
          e);
    }
  }

  /** The same. If the configured port is in use, it takes any free port. */
  public static Dashboard startAnywhere(MillraceConfig config, LearnerBoard view) {
    try {
      return start(config, view);
    } catch (ExitException taken) {
      return start(config.withHttpPort(0), view);
    }
  }

  /** Prints its address. */
  public void announce() {
    if (server != null) {
      System.out.println("Dashboard: " + server.url());
    }
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
  }
}
