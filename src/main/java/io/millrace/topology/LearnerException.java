package io.millrace.topology;

/** A reason why the learner cannot go on that a person can mend; the message is for that person. */
public final class LearnerException extends RuntimeException {
  public LearnerException(String message) {
    super(message);
  }

  public LearnerException(String message, Throwable cause) {
    super(message, cause);
  }
}
