/**
 * In: the costs, dead letters and snapshots topics, and the running learner. Out: the terminal
 * line, the dashboard's figures and the answers to predictions over HTTP.
 *
 * <p>{@link LearnerBoard} is the way in: readers ({@link TopicFollower}, {@link TopicSurvey}) write
 * to it, {@link StatusDisplay} and {@link Dashboard} read from it. For a figure of the dashboard,
 * start at {@link LearnerBoard#status} and {@link io.millrace.web.Status}; the page that shows it
 * is in the resources of {@code io.millrace.web}.
 */
@NullMarked
package io.millrace.app.show;

import org.jspecify.annotations.NullMarked;
