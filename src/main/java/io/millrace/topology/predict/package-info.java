/**
 * In: events without a label, and labels that come later. Out: predictions, and examples made of an
 * event and its label.
 *
 * <p>{@link PredictionTopology} is the way in and draws the picture. For labels that come later
 * ({@code example.labels}), {@link LabelProcessor} reads the labels and {@link PairProcessor} makes
 * an example of an event and its label. Training does not use this package.
 */
@NullMarked
package io.millrace.topology.predict;

import org.jspecify.annotations.NullMarked;
