/** The HTTP server: the dashboard, the API, the health of the process, the metrics. */
@NullMarked
package io.millrace.web;

import org.jspecify.annotations.NullMarked;
