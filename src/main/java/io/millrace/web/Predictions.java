package io.millrace.web;

/** Predicts the events of a request. Thread-safe. */
public interface Predictions {
  /**
   * Predicts one event, or several.
   *
   * @param body the body of the request
   * @return the answer, JSON
   * @throws PredictionRefused when there is no answer
   */
  byte[] predict(byte[] body) throws PredictionRefused;
}
