/**
 * This process: the request to stop it ({@link Stop}), its exit codes ({@link ExitException}), its
 * terminal and its version. Every command uses these.
 *
 * <p>{@link Stop} handles SIGTERM and Ctrl-C, and has the time limits for a command and for a
 * learner that must commit first.
 */
@NullMarked
package io.millrace.app.process;

import org.jspecify.annotations.NullMarked;
