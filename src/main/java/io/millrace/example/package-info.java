/** Labelled examples, stacked as the columns of mini-batches, and why an example is rejected. */
@NullMarked
package io.millrace.example;

import org.jspecify.annotations.NullMarked;
