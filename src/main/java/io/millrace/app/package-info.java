/**
 * The command line. {@link Main} is the way in; each command is one class, with the options it
 * shares in mixins.
 *
 * <p>The parts of a running learner are in {@code app.run}, what shows it in {@code app.show},
 * events from files in {@code app.events}, reading and resetting topics in {@code app.kafka}.
 * {@link LearnerSession} joins learner and display.
 */
@NullMarked
package io.millrace.app;

import org.jspecify.annotations.NullMarked;
