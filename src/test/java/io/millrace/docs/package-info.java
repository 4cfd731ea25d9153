/**
 * Holds the README and the pages in {@code src/docs} against the program: the table of keys against
 * what {@code check} prints, and everything that a reader may copy, by running it.
 *
 * <p>A page marks what is in a block of code after its language, where no reader sees it: {@code
 * yaml} is a whole configuration, {@code yaml fragment} is laid over the last whole one of the
 * page, {@code json event} and {@code json label} are records for the configuration above them, and
 * {@code json answer} is what Millrace answers. {@link io.millrace.docs.Page} reads pages.
 */
@NullMarked
package io.millrace.docs;

import org.jspecify.annotations.NullMarked;
