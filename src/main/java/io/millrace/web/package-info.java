/**
 * In: what the dashboard shows ({@link LearnerView}) and a way to predict ({@link Predictions}).
 * Out: the HTTP server with the page, the API, health and metrics.
 *
 * <p>{@link WebServer} is the way in. {@link EventStream} pushes costs and status to open pages.
 * The page itself (HTML, JavaScript, CSS) is in the resources of this package. {@code app.show}
 * computes its figures.
 */
@NullMarked
package io.millrace.web;

import org.jspecify.annotations.NullMarked;
