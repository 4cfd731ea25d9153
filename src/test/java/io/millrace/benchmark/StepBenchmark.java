package io.millrace.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.nn.Activation;
import io.millrace.nn.Architecture;
import io.millrace.nn.Gradients;
import io.millrace.nn.KernelKind;
import io.millrace.nn.Network;
import io.millrace.nn.Optimizer;
import io.millrace.nn.OptimizerKind;
import io.millrace.nn.Output;
import io.millrace.nn.Parameters;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.RandomMatrices_DDRM;
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

/** One step of training: forward, cost, backward, update; tanh units, one sigmoid output. */
@NullUnmarked // JMH fills the fields
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class StepBenchmark {
  private static final double LEARNING_RATE = 0.1;
  private static final String SCRIPT = "src/test/python/numpy_step.py";

  /** inputs / hidden / examples in a mini-batch. */
  private static final List<String> SHAPES =
      List.of("30/16/32", "30/64/64", "784/128/64", "784/300/128");

  /** inputs / hidden / examples in a mini-batch. */
  @Param("30/16/32")
  public String shape = "";

  @Param({"VECTOR", "EJML"})
  public KernelKind kernel = KernelKind.EJML;

  private Network network;
  private Parameters parameters;
  private Gradients gradients;
  private Optimizer optimizer;
  private DMatrixRMaj xt;
  private DMatrixRMaj yt;

  @Setup
  public void start() {
    String[] sizes = shape.split("/", -1);
    int inputs = Integer.parseInt(sizes[0]);
    int hidden = Integer.parseInt(sizes[1]);
    int m = Integer.parseInt(sizes[2]);
    Random random = new Random(1);
    Architecture architecture =
        new Architecture(inputs, hidden, 1, Activation.TANH, Output.SIGMOID);
    network = new Network(architecture, kernel);
    parameters = Parameters.random(architecture, 1, OptionalDouble.empty());
    gradients = new Gradients(architecture);
    optimizer = OptimizerKind.SGD.start(architecture);
    xt = new DMatrixRMaj(m, inputs);
    RandomMatrices_DDRM.fillGaussian(xt, 0, 1, random);
    yt = new DMatrixRMaj(m, 1);
    for (int i = 0; i < m; i++) {
      yt.data[i] = random.nextBoolean() ? 1 : 0;
    }
  }

  @Benchmark
  public double step() {
    network.forward(parameters, xt);
    double cost = network.cost(yt);
    network.backward(parameters, xt, yt, gradients);
    optimizer.update(parameters, gradients, LEARNING_RATE);
    return cost;
  }

  /**
   * Prints a line a shape: each kernel in a JVM of its own, and NumPy before and after them, where
   * Debian's python3-numpy is installed; then those of {@link SparseStepBenchmark}.
   */
  static void run(List<String> args) throws IOException, InterruptedException, RunnerException {
    System.out.printf(
        "%-12s %10s %10s %10s %16s %14s %14s%n",
        "shape",
        "NumPy us",
        "vector us",
        "ejml us",
        "NumPy / vector",
        "NumPy / ejml",
        "bytes a step");
    for (String shape : SHAPES) {
      double before = numpy(shape);
      Map<KernelKind, Double> micros = new EnumMap<>(KernelKind.class);
      double bytes = 0;
      for (RunResult result :
          new Runner(JmhOptions.of(StepBenchmark.class, args).param("shape", shape).build())
              .run()) {
        KernelKind kernel = KernelKind.valueOf(result.getParams().getParam("kernel"));
        micros.put(kernel, result.getPrimaryResult().getScore());
        bytes = Math.max(bytes, result.getSecondaryResults().get("gc.alloc.rate.norm").getScore());
      }
      double vector = micros.get(KernelKind.VECTOR);
      double ejml = micros.get(KernelKind.EJML);
      double numpy = (before + numpy(shape)) / 2;
      System.out.printf(
          Locale.ROOT,
          "%-12s %10.1f %10.1f %10.1f %16.2f %14.2f %14.0f%n",
          shape,
          numpy,
          vector,
          ejml,
          numpy / vector,
          numpy / ejml,
          bytes);
    }
    SparseStepBenchmark.run(args);
  }

  /** The median microseconds of the same step in NumPy; NaN where there is none. */
  private static double numpy(String shape) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("/usr/bin/python3", SCRIPT));
    command.addAll(List.of(shape.split("/", -1)));
    ProcessBuilder python = new ProcessBuilder(command);
    python.environment().keySet().removeIf(name -> name.startsWith("OPENBLAS_")); // may slow it
    Process process = python.start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    return process.waitFor() == 0 ? Double.parseDouble(output) : Double.NaN;
  }
}
