/** The meters: what Prometheus reads of the learner. */
@NullMarked
package io.millrace.telemetry;

import org.jspecify.annotations.NullMarked;
