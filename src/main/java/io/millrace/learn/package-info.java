/**
 * In: a model and a mini-batch. Out: the updated model and the cost before the update.
 *
 * <p>{@link Learner} is the way in: one pure step, without Kafka and without threads. {@link Model}
 * is everything that the next step depends on; {@link Snapshot} is what is published of it.
 */
@NullMarked
package io.millrace.learn;

import org.jspecify.annotations.NullMarked;
