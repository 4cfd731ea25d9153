/**
 * In: a CSV or JSON lines file. Out: events as records in the examples topic.
 *
 * <p>An {@link EventSource} has a file's events one by one ({@link CsvEvents}, {@link JsonLines};
 * the command {@code feed} chooses by the ending of the name), and {@link EventSender} sends them
 * at a {@link Rate}. {@link EventFile} reads whole files for {@code check}. {@link Flights} is the
 * bundled stream of the demo.
 */
@NullMarked
package io.millrace.app.events;

import org.jspecify.annotations.NullMarked;
