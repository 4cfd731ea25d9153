package io.millrace.learn;

import io.millrace.learn.quality.Prequential;
import io.millrace.learn.quality.ServedQuality;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The figures of one mini-batch. They are of the parameters before the update, so each mini-batch
 * is a test first (prequential evaluation).
 *
 * @param batch the number of the mini-batch in the model's life, from 1
 * @param examples m
 * @param totalExamples the examples in the model after it
 * @param cost J, the mean loss of its examples
 * @param accuracy the share of examples predicted correctly; empty for regression
 * @param gradientNorm the Euclidean norm of the gradient over all parameters
 * @param learningRate the rate of the update
 * @param modelVersion the version of the parameters that the figures are of
 * @param prequential the figures over more examples; empty in records of versions that had none
 * @param served of the predictions that were made when the examples came as events; empty where
 *     they came with their labels
 */
public record BatchMetrics(
    long batch,
    int examples,
    long totalExamples,
    double cost,
    OptionalDouble accuracy,
    double gradientNorm,
    double learningRate,
    long modelVersion,
    Optional<Prequential> prequential,
    Optional<ServedQuality> served)
    implements Outcome {

  /** The figures of examples that contained their labels. */
  public BatchMetrics(
      long batch,
      int examples,
      long totalExamples,
      double cost,
      OptionalDouble accuracy,
      double gradientNorm,
      double learningRate,
      long modelVersion,
      Optional<Prequential> prequential) {
    this(
        batch,
        examples,
        totalExamples,
        cost,
        accuracy,
        gradientNorm,
        learningRate,
        modelVersion,
        prequential,
        Optional.empty());
  }
}
