/**
 * In: a CSV or JSON lines file. Out: events as records in the examples topic.
 *
 * <p>{@link EventFile} opens a file as an {@link EventSource}, {@link EventSender} sends it at a
 * {@link Rate}. {@link Flights} is the bundled stream of the demo.
 */
@NullMarked
package io.millrace.app.events;

import org.jspecify.annotations.NullMarked;
