/**
 * In: predictions and labels, in the order of the log. Out: prequential quality (cost, accuracy,
 * area under the ROC curve, baselines) over a window and since the start, and detected drift.
 *
 * <p>{@link Evaluation} is the way in. {@link Adwin} detects drift. All of it is state of the model
 * and is restored with it.
 */
@NullMarked
package io.millrace.learn.quality;

import org.jspecify.annotations.NullMarked;
