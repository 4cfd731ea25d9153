package io.millrace.web;

import io.millrace.learn.PublishedModel.Publication;
import java.util.Optional;

/**
 * The learner as the server sees it. Thread-safe. Every method except {@link #metrics} returns at
 * once, from memory.
 */
public interface LearnerView {
  Health health();

  Status status();

  CostHistory costs();

  /** The newest published model; empty before there is one. */
  Optional<Publication> model();

  /** The predictions of the newest published model on a grid; only with two inputs. */
  Optional<Surface> surface();

  /** The text for Prometheus. May take some milliseconds. */
  String metrics();
}
