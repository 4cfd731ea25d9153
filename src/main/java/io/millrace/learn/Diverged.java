package io.millrace.learn;

/**
 * A mini-batch that cannot be learned from; the model, its optimiser and its scaler are as they
 * were. Its cost or gradient is not finite, or a number in it or in the update is so large that the
 * model could become so.
 *
 * @param what the numbers that tell, such as {@code cost NaN, gradient norm NaN}
 */
public record Diverged(String what) implements Outcome {}
