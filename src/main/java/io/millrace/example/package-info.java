/**
 * In: the configured fields of an event. Out: examples stacked as the columns of a {@link
 * MiniBatch}.
 *
 * <p>{@link Features} says what the inputs mean, {@link Target} what the label is, {@link
 * Rejection} why a record cannot be learned from, with one of the codes of {@link Reason}.
 */
@NullMarked
package io.millrace.example;

import org.jspecify.annotations.NullMarked;
