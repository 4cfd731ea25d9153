/**
 * In: the costs, dead letters and snapshots topics, and the running learner. Out: the terminal
 * line, the dashboard's figures and the answers to predictions over HTTP.
 *
 * <p>{@link LearnerBoard} is the way in: readers ({@link TopicFollower}, {@link TopicSurvey}) write
 * to it, {@link StatusDisplay} and {@link Dashboard} read from it.
 */
@NullMarked
package io.millrace.app.show;

import org.jspecify.annotations.NullMarked;
