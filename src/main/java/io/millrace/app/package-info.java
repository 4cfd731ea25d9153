/** The command line: {@code main}, the commands, the wiring of the parts and their shutdown. */
@NullMarked
package io.millrace.app;

import org.jspecify.annotations.NullMarked;
