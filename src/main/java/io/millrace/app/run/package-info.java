/**
 * The running learner: starts the Kafka Streams applications of training and prediction, watches
 * whether Kafka answers, and turns failures into one readable line.
 *
 * <p>{@link LearnerService} is the way in. {@link StreamGuard} decides what a failure of a stream
 * thread means, {@link KafkaWatch} notices that Kafka does not answer.
 */
@NullMarked
package io.millrace.app.run;

import org.jspecify.annotations.NullMarked;
