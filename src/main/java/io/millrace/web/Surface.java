package io.millrace.web;

import java.util.List;

/**
 * The predictions of a model with two inputs on a grid. The components are the fields of the JSON.
 *
 * @param version of the model
 * @param x the least and the greatest first input
 * @param y the least and the greatest second input
 * @param values rows of columns, the first row at the least second input: the output, or the index
 *     of the largest output if there are several
 */
public record Surface(
    long version, List<Double> x, List<Double> y, int columns, int rows, List<Double> values) {}
