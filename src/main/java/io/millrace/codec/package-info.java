/**
 * Bytes to and from the learner. {@code codec.event} reads events from users, where they are plain
 * straight from their bytes with {@code codec.plain}; {@code codec.log} keeps what lies between
 * ingest and training; {@code codec.published} writes what others read.
 *
 * <p>This package has what the three share: {@link FormatException}, thrown for bytes that cannot
 * be read, and {@link Text}, which makes foreign values fit for a sentence.
 */
@NullMarked
package io.millrace.codec;

import org.jspecify.annotations.NullMarked;
