/** The neural network. */
@NullMarked
package io.millrace.nn;

import org.jspecify.annotations.NullMarked;
