package io.millrace.config.reader;

import java.util.ArrayList;
import java.util.List;

/**
 * The shared state of all sections while one configuration is read.
 *
 * @param description a line for each value, defaults and hidden secrets included
 */
record Reading(Faults faults, Variables variables, Keys keys, List<String> description) {
  Reading(Faults faults, Variables variables) {
    this(faults, variables, new Keys(), new ArrayList<>());
  }
}
