package io.millrace.nn;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The rules by which a gradient becomes an update, and what each keeps from step to step. */
public enum OptimizerKind implements HasText {
  SGD(0) {
    @Override
    Optimizer create(long steps, List<Parameters> state) {
      return new Sgd();
    }
  },

  MOMENTUM(1) {
    @Override
    Optimizer create(long steps, List<Parameters> state) {
      return new Momentum(state.get(0));
    }
  },

  ADAGRAD(1) {
    @Override
    Optimizer create(long steps, List<Parameters> state) {
      return new AdaGrad(state.get(0));
    }
  },

  ADAM(2) {
    @Override
    Optimizer create(long steps, List<Parameters> state) {
      return new Adam(steps, state.get(0), state.get(1));
    }
  };

  private final int arrays;

  OptimizerKind(int arrays) {
    this.arrays = arrays;
  }

  /** How many numbers it keeps for each parameter: the length of {@link Optimizer#state()}. */
  public int arrays() {
    return arrays;
  }

  /** An optimiser that has not made a step yet: all its state is zero. */
  public final Optimizer start(Architecture architecture) {
    return create(0, Stream.generate(() -> Parameters.dense(architecture)).limit(arrays).toList());
  }

  /**
   * An optimiser that goes on where another one was.
   *
   * @param steps its {@link Optimizer#steps()}
   * @param state its {@link Optimizer#state()}. Kept, and modified by every step.
   * @throws IllegalArgumentException if that cannot be the state of an optimiser of this kind
   */
  public final Optimizer resume(long steps, List<Parameters> state) {
    if (state.size() != arrays) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s keeps %d arrays. Got: %d", text(), arrays, state.size()));
    }
    Optimizer resumed = create(steps, state);
    if (steps < 0 || resumed.steps() != steps) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s cannot have made %d steps", text(), steps));
    }
    return resumed;
  }

  abstract Optimizer create(long steps, List<Parameters> state);
}
