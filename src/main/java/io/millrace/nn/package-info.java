/**
 * The two-layer network: parameters, forward, cost, backward, update, and the scaling of inputs.
 * Pure mathematics on EJML matrices, without Kafka and without threads.
 *
 * <p>The way in is {@link io.millrace.nn.Network}; one step of learning is
 *
 * <pre>{@code
 * network.forward(parameters, xt, xs, gradients);
 * double cost = network.cost(yt);
 * network.backward(parameters, xt, xs, yt, gradients);
 * optimizer.update(parameters, gradients, learningRate);
 * }</pre>
 *
 * <p>Legend. Examples are columns, {@code '} is transpose, {@code *} the product element by
 * element, {@code foo} and {@code dfoo} have the same shape:
 *
 * <pre>
 * m             examples in the mini-batch
 * n0, n1, n2    inputs, hidden units, outputs
 * nd, ns        dense and sparse inputs, n0 = nd + ns
 * X, Y          n0 x m, n2 x m     examples, labels; X is Xd, nd x m, on Xs, ns x m
 * W1, b1        n1 x n0, n1 x 1    first layer; W1 is W1d, n1 x nd, beside W1s, n1 x ns
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
 * <p>Of the sparse inputs an example has few that are not 0: Xs is kept as compressed columns, and
 * of W1s' the rows that were ever needed, {@link io.millrace.nn.SparseRows}. A step costs what its
 * non-zeros cost, however many sparse inputs there are.
 *
 * <p>The same calls give the same bits on every machine: transcendental functions are plain
 * arithmetic, sums have a fixed order, random numbers come from a seed.
 */
@NullMarked
package io.millrace.nn;

import org.jspecify.annotations.NullMarked;
