package io.millrace.web;

/** What the server shows of the learner. Every method answers at once, from memory; thread-safe. */
public interface LearnerView {
  Health health();

  Status status();

  CostHistory costs();
}
