/**
 * The configuration: {@link ConfigReader} turns a YAML file, overrides and the environment into a
 * {@link MillraceConfig}, or into every {@link Fault} they have.
 *
 * <p>{@link YamlTree} keeps the lines, {@link Overrides} puts {@code --set} on top, {@link Section}
 * reads typed values ({@link Types}) and notes what the description and the suggestions need.
 */
@NullMarked
package io.millrace.config;

import org.jspecify.annotations.NullMarked;
