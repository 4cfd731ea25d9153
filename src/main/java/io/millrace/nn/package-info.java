/**
 * The two-layer network: parameters, forward, cost, backward, update, and the scaling of inputs.
 * Pure mathematics on EJML matrices, without Kafka and without threads.
 *
 * <p>The way in is {@link io.millrace.nn.Network}; one step of learning is
 *
 * <pre>{@code
 * network.forward(parameters, xt);
 * double cost = network.cost(yt);
 * network.backward(parameters, xt, yt, gradients);
 * optimizer.update(parameters, gradients, learningRate);
 * }</pre>
 *
 * <p>Legend. Examples are columns, {@code '} is transpose, {@code *} the product element by
 * element, {@code foo} and {@code dfoo} have the same shape:
 *
 * <pre>
 * m             examples in the mini-batch
 * n0, n1, n2    inputs, hidden units, outputs
 * X, Y          n0 x m, n2 x m     examples, labels
 * W1, b1        n1 x n0, n1 x 1    first layer
 * W2, b2        n2 x n1, n2 x 1    second layer
 * Z1, A1, dZ1   n1 x m             hidden layer
 * Z2, A2, dZ2   n2 x m             output layer
 * </pre>
 *
 * <p>A {@code t} at the end of a name marks a matrix that is kept as its transpose: {@code xt}, m
 * rows of n0 numbers, is the same memory as X read column by column, so that a mini-batch is filled
 * one example after the other and no product of the forward pass transposes anything. In every
 * signature and document X keeps its meaning.
 *
 * <p>The same calls give the same bits on every machine: transcendental functions are plain
 * arithmetic, sums have a fixed order, random numbers come from a seed.
 */
@NullMarked
package io.millrace.nn;

import org.jspecify.annotations.NullMarked;
