package io.millrace.example;

/**
 * The prediction that was made of an example when it came as an event, before its label was known.
 *
 * @param version of the model that made it
 * @param z Z2, n2 finite numbers: what the output makes the prediction of. Kept, and not modified.
 */
@SuppressWarnings("ArrayRecordComponent") // numbers on their way, never compared
public record ServedPrediction(long version, double[] z) {}
