/** One pure step: (model, mini-batch) to (model, cost); the model's state and its snapshot. */
@NullMarked
package io.millrace.learn;

import org.jspecify.annotations.NullMarked;
