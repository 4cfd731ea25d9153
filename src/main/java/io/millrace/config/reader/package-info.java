/**
 * In: a YAML file, {@code --set} overrides, the environment. Out: a {@link
 * io.millrace.config.MillraceConfig}, or every {@link io.millrace.config.Fault} they have.
 *
 * <p>{@link ConfigReader} is the way in. {@link ConfigSections} reads the sections, {@link
 * ExampleSection} the fields of an event; {@link Section} reads typed values ({@link Types}) and
 * notes what the description and the suggestions need.
 */
@NullMarked
package io.millrace.config.reader;

import org.jspecify.annotations.NullMarked;
