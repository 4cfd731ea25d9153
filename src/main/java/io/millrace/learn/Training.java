package io.millrace.learn;

import java.util.OptionalDouble;
import java.util.function.LongToDoubleFunction;

/**
 * The settings of an update besides the optimiser.
 *
 * @param learningRate the rate after a number of updates
 * @param l2 weight decay, not negative: dW = dW + l2 W for the weights of both layers, which is the
 *     gradient of J + l2/2 ||W||^2 (Krogh and Hertz, "A simple weight decay can improve
 *     generalization", 1991)
 * @param clipNorm above zero: a longer gradient, as a norm over all parameters, is scaled down to
 *     it (Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks",
 *     2013)
 */
public record Training(LongToDoubleFunction learningRate, double l2, OptionalDouble clipNorm) {}
