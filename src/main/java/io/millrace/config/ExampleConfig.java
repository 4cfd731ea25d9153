package io.millrace.config;

/**
 * How an example is read from a record.
 *
 * @param features the field with the numbers, in the JSON format
 * @param label the field with the label, in the JSON format
 */
public record ExampleConfig(Format format, String features, String label) {}
