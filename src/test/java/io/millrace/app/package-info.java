/** The commands as processes: the runnable jar, as a person or a script starts it. */
@NullMarked
package io.millrace.app;

import org.jspecify.annotations.NullMarked;
