package io.millrace.web;

/** Predicts what a request asks for. Thread-safe. */
public interface Predictions {
  /**
   * Predicts one event, or several.
   *
   * @param body the events as they came
   * @return the answer, JSON
   * @throws PredictionRefused when there is no answer
   */
  byte[] predict(byte[] body) throws PredictionRefused;
}
