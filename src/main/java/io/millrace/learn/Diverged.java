package io.millrace.learn;

/**
 * A mini-batch whose cost or gradient is not finite; the model is as it was.
 *
 * @param cost J
 * @param gradientNorm the norm of the gradient over all parameters
 */
public record Diverged(double cost, double gradientNorm) implements Outcome {}
