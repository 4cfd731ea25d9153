package io.millrace.web;

import io.undertow.util.StatusCodes;
import java.util.LinkedHashMap;
import java.util.Map;

/** The error answer to a request for predictions. */
public final class PredictionRefused extends Exception {
  private final int status;
  private final Map<String, Object> answer = new LinkedHashMap<>();

  private PredictionRefused(int status, String sentence) {
    super(sentence);
    this.status = status;
    answer.put("error", sentence);
  }

  /**
   * An event cannot be predicted.
   *
   * @param reason the code, as in the dead letters
   * @param index which event, from 0; below 0: the request as a whole
   * @param sentence what is wrong
   */
  public static PredictionRefused badEvent(String reason, int index, String sentence) {
    PredictionRefused refused = new PredictionRefused(StatusCodes.BAD_REQUEST, sentence);
    refused.answer.put("reason", reason);
    if (index >= 0) {
      refused.answer.put("index", index);
    }
    return refused;
  }

  /** The request is too large. */
  public static PredictionRefused tooLarge(String sentence) {
    return new PredictionRefused(StatusCodes.REQUEST_ENTITY_TOO_LARGE, sentence);
  }

  /** There is no model yet. */
  public static PredictionRefused notReady(String sentence) {
    return new PredictionRefused(StatusCodes.SERVICE_UNAVAILABLE, sentence);
  }

  int status() {
    return status;
  }

  Map<String, Object> answer() {
    return answer;
  }
}
