/**
 * The benchmarks, each a table on standard output: {@code mvn -q -Pbenchmark -Dbenchmark=NAME}. No
 * test runs them, and nothing here asserts a time.
 */
@NullMarked
package io.millrace.benchmark;

import org.jspecify.annotations.NullMarked;
