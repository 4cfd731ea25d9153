/**
 * In: costs, models and predictions. Out: the records and files that other programs read, as the
 * records page documents them: JSON, and ONNX for a model taken elsewhere.
 *
 * <p>{@link SnapshotCodec} writes and reads models, {@link CostCodec} costs, {@link
 * PredictionCodec} predictions.
 */
@NullMarked
package io.millrace.codec.published;

import org.jspecify.annotations.NullMarked;
