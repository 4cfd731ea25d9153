package io.millrace.topology;

/** Stops the learner for a reason that a person can correct. The message is for that person. */
public final class LearnerException extends RuntimeException {
  public LearnerException(String message) {
    super(message);
  }

  public LearnerException(String message, Throwable cause) {
    super(message, cause);
  }
}
