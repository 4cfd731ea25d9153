/**
 * In and out: what the learner itself keeps and reads again, as versioned, checked bytes: mini-
 * batches of the training log, the state of the tasks, and events that wait for their label.
 *
 * <p>{@link MiniBatchCodec} is the way in; {@link Frame} is the envelope that all formats share.
 * None of these bytes is an interface: only Millrace reads them, older versions included.
 */
@NullMarked
package io.millrace.codec.log;

import org.jspecify.annotations.NullMarked;
