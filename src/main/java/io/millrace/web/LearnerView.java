package io.millrace.web;

import io.millrace.learn.PublishedModel.Publication;
import java.util.Optional;

/**
 * What the server shows of the learner. Every method but {@link #metrics} answers at once, from
 * memory; thread-safe.
 */
public interface LearnerView {
  Health health();

  Status status();

  CostHistory costs();

  /** The newest published model; empty before there is one. */
  Optional<Publication> model();

  /** What the newest published model predicts; only with two inputs. */
  Optional<Surface> surface();

  /** The text that Prometheus reads. May take a moment. */
  String metrics();
}
