/**
 * This process: the request to stop it ({@link Stop}), the way it ends ({@link ExitException}), its
 * terminal and its version. Every command uses these.
 */
@NullMarked
package io.millrace.app.process;

import org.jspecify.annotations.NullMarked;
