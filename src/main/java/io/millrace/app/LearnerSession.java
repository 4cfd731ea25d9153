package io.millrace.app;

import io.millrace.app.process.Stop;
import io.millrace.app.run.LearnerService;
import io.millrace.app.show.Dashboard;
import io.millrace.app.show.LearnerBoard;
import io.millrace.app.show.Summary;
import io.millrace.app.show.TopicFollower;
import io.millrace.app.show.TopicSurvey;
import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import java.util.function.Function;

/**
 * The learner of this process and everything that shows it, started in order and closed in reverse.
 */
final class LearnerSession {
  private LearnerSession() {}

  /** What a command does while its learner runs. */
  @FunctionalInterface
  interface Body {
    void run(LearnerBoard board, Dashboard dashboard);
  }

  /**
   * Starts a learner, does what the command does while it runs, and stops it.
   *
   * @param stop the request to stop; a failure of the learner makes it, too
   * @param start starts the dashboard of a board
   * @throws ConfigException when the initial parameters do not fit
   */
  static void run(
      MillraceConfig config, Stop stop, Function<LearnerBoard, Dashboard> start, Body body)
      throws ConfigException {
    run(config, stop, false, start, body);
  }

  /**
   * The same.
   *
   * @param acceptNewPartitions whether partitions that were added to a source topic are accepted
   */
  static void run(
      MillraceConfig config,
      Stop stop,
      boolean acceptNewPartitions,
      Function<LearnerBoard, Dashboard> start,
      Body body)
      throws ConfigException {
    try (LearnerBoard board = new LearnerBoard(config, stop);
        Dashboard dashboard = start.apply(board);
        LearnerService learner =
            LearnerService.start(
                config, stop, board.published(), board.learningMetrics(), acceptNewPartitions)) {
      board.attach(learner);
      try (TopicFollower follower = TopicFollower.start(config, board);
          TopicSurvey survey = TopicSurvey.start(config, board)) {
        stop.interruptNoMore(); // the body looks for the request itself
        body.run(board, dashboard);
        stop.throwIfFailed();
        Summary.print(board);
      }
    }
  }
}
