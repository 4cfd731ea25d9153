/** Bytes to and from examples, mini-batches, models, costs and snapshots: versioned and checked. */
@NullMarked
package io.millrace.codec;

import org.jspecify.annotations.NullMarked;
