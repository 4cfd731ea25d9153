/**
 * In: the bytes of one record, JSON or binary. Out: the features and labels of an example, written
 * into the next column of a mini-batch, or the {@link io.millrace.example.Rejection} that says why
 * not.
 *
 * <p>{@link ExampleDecoder} is the way in. {@link JsonExampleDecoder} walks the event once along
 * the tree of configured fields ({@link FieldTree}); each field fills its {@link Slot}. {@link
 * PlainEventReader} and {@link PlainVectorReader} come first: they read what is plain straight from
 * its bytes.
 */
@NullMarked
package io.millrace.codec.event;

import org.jspecify.annotations.NullMarked;
