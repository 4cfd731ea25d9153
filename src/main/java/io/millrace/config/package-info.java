/**
 * The settings as immutable records with their defaults. {@link MillraceConfig} is the root and the
 * way in.
 *
 * <p>{@code config.reader} makes them from a file. Nothing here reads a file, and every other
 * package sees only these records.
 */
@NullMarked
package io.millrace.config;

import org.jspecify.annotations.NullMarked;
