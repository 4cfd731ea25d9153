package io.millrace.benchmark;

import io.millrace.example.MiniBatch;
import io.millrace.nn.Activation;
import io.millrace.nn.Architecture;
import io.millrace.nn.Gradients;
import io.millrace.nn.KernelKind;
import io.millrace.nn.Network;
import io.millrace.nn.Optimizer;
import io.millrace.nn.OptimizerKind;
import io.millrace.nn.Output;
import io.millrace.nn.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;

/**
 * One step of training with sparse inputs, 32 examples a mini-batch: forward, cost, backward,
 * update; tanh units, one sigmoid output. The rows that examples have follow Zipf's law: few are
 * frequent, and so it is in a text or in a field of categories. The dense step has one mini-batch
 * of as many inputs as flights hashed to 128 would have.
 */
@NullUnmarked // JMH fills the fields
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SparseStepBenchmark {
  private static final double LEARNING_RATE = 0.1;
  private static final int EXAMPLES = 32;

  /** Non-zeros in all mini-batches together: what is learned does not stay in a cache. */
  private static final int DRAWS = 1 << 19;

  private static final String DENSE = "261 dense/16/SGD";

  /** non-zeros of an example / sparse inputs / hidden / optimiser */
  private static final List<String> SHAPES =
      List.of(
          "2/256/16/SGD",
          "2/8192/16/SGD",
          "2/262144/16/SGD",
          "2/1048576/16/SGD",
          "7/256/16/SGD",
          "7/8192/16/SGD",
          "7/262144/16/SGD",
          "7/1048576/16/SGD",
          "30/256/16/SGD",
          "30/8192/16/SGD",
          "30/262144/16/SGD",
          "30/1048576/16/SGD",
          "100/256/16/SGD",
          "100/8192/16/SGD",
          "100/262144/16/SGD",
          "100/1048576/16/SGD",
          "7/262144/64/SGD",
          "7/262144/16/MOMENTUM",
          "7/262144/16/ADAGRAD",
          "7/262144/16/ADAM");

  @Param(DENSE)
  public String shape = "";

  @Param("VECTOR")
  public KernelKind kernel = KernelKind.EJML;

  private final List<MiniBatch> batches = new ArrayList<>();
  private Network network;
  private Parameters parameters;
  private Gradients gradients;
  private Optimizer optimizer;
  private int next;

  @Setup
  public void start() {
    String[] words = shape.split("/", -1);
    Random random = new Random(1);
    int nonZeros = 0;
    int dense = 5;
    int sparse = 0;
    if (shape.equals(DENSE)) {
      dense = 261;
    } else {
      nonZeros = Integer.parseInt(words[0]);
      sparse = Integer.parseInt(words[1]);
    }
    int hidden = Integer.parseInt(words[words.length - 2]);
    Architecture architecture =
        new Architecture(dense, sparse, hidden, 1, Activation.TANH, Output.SIGMOID);
    int count = sparse == 0 ? 1 : DRAWS / nonZeros / EXAMPLES;
    for (int i = 0; i < count; i++) {
      batches.add(batch(architecture, nonZeros, random));
    }
    network = new Network(architecture, kernel);
    parameters = Parameters.random(architecture, nonZeros, 1, OptionalDouble.empty());
    gradients = new Gradients(architecture);
    optimizer = OptimizerKind.valueOf(words[words.length - 1]).start(architecture);
    batches.forEach(this::learn); // every row exists
  }

  private static MiniBatch batch(Architecture shape, int nonZeros, Random random) {
    MiniBatch batch = new MiniBatch(shape.inputs(), shape.sparseInputs(), 1, EXAMPLES);
    for (int example = 0; example < EXAMPLES; example++) {
      for (int i = 0; i < shape.inputs(); i++) {
        batch.xt().data[example * shape.inputs() + i] = random.nextGaussian();
      }
      batch.beginSparse();
      for (int k = 0; k < nonZeros; k++) {
        int rank = (int) Math.pow(shape.sparseInputs(), random.nextDouble());
        // hashed: what is frequent does not lie together
        int row = Integer.remainderUnsigned(rank * 0x9E3779B1, shape.sparseInputs());
        batch.addSparse(row, random.nextBoolean() ? 1 : -1);
      }
      batch.yt().data[example] = random.nextInt(2);
      batch.append(0, example);
    }
    return batch;
  }

  @Benchmark
  public double step() {
    next = next + 1 == batches.size() ? 0 : next + 1;
    return learn(batches.get(next));
  }

  private double learn(MiniBatch batch) {
    network.forward(parameters, batch.xt(), batch.xs(), gradients);
    double cost = network.cost(batch.yt());
    network.backward(parameters, batch.xt(), batch.xs(), batch.yt(), gradients);
    optimizer.update(parameters, gradients, LEARNING_RATE);
    return cost;
  }

  /** Prints a line a shape, each in a JVM of its own. */
  static void run(List<String> args) throws RunnerException {
    System.out.printf(
        "%n%-28s %14s %16s %14s%n",
        "non-zeros/inputs/hidden", "ns an example", "of the dense one", "bytes a step");
    double dense = print(args, DENSE, Double.NaN);
    for (String shape : SHAPES) {
      print(args, shape, dense);
    }
  }

  private static double print(List<String> args, String shape, double dense)
      throws RunnerException {
    RunResult result =
        new Runner(JmhOptions.of(SparseStepBenchmark.class, args).param("shape", shape).build())
            .run()
            .iterator()
            .next();
    double nanos = result.getPrimaryResult().getScore() / EXAMPLES;
    System.out.printf(
        Locale.ROOT,
        "%-28s %14.0f %16.2f %14.0f%n",
        shape,
        nanos,
        nanos / dense,
        result.getSecondaryResults().get("gc.alloc.rate.norm").getScore());
    return nanos;
  }
}
