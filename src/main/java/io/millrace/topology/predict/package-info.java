/**
 * In: events without a label, and labels that come later. Out: predictions, and examples made of an
 * event and its label.
 *
 * <p>{@link PredictionTopology} is the way in and draws the picture. Training has no part in it.
 */
@NullMarked
package io.millrace.topology.predict;

import org.jspecify.annotations.NullMarked;
