package io.millrace.app.events;

import io.millrace.app.process.ExitException;
import io.millrace.app.process.Stop;
import io.millrace.config.MillraceConfig;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** Replays the flights to the examples topic, in a thread of its own. */
public final class FlightReplay implements AutoCloseable {
  private final EventSender sender;
  private final Flights flights;
  private final boolean again;
  private final Stop stop;
  private final Thread thread;
  private volatile boolean closing;

  private FlightReplay(EventSender sender, Flights flights, boolean again, Stop stop) {
    this.sender = sender;
    this.flights = flights;
    this.again = again;
    this.stop = stop;
    this.thread = new Thread(this::replay, "flights");
    thread.setDaemon(true);
  }

  /**
   * Starts the replay.
   *
   * @param again whether to start again at the end
   * @param stop requested when sending fails
   */
  public static FlightReplay start(
      MillraceConfig config, Flights flights, @Nullable Rate rate, boolean again, Stop stop) {
    FlightReplay replay = new FlightReplay(new EventSender(config, rate), flights, again, stop);
    replay.thread.start();
    return replay;
  }

  private void replay() {
    try {
      do {
        for (int i = 0; i < flights.size() && !closing; i++) {
          sender.send(flights.event(i));
        }
      } while (again && !closing);
      sender.flush();
    } catch (ExitException | KafkaException e) {
      if (!closing) {
        stop.fail(String.valueOf(e.getMessage()));
      }
    }
  }

  @Override
  public void close() {
    closing = true;
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    sender.close();
  }
}
