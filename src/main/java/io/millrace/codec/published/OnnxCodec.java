package io.millrace.codec.published;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.millrace.codec.FormatException;
import io.millrace.codec.log.Frame;
import io.millrace.learn.LogPosition;
import io.millrace.learn.Snapshot;
import io.millrace.nn.Activation;
import io.millrace.nn.Architecture;
import io.millrace.nn.HasText;
import io.millrace.nn.Output;
import io.millrace.nn.Parameters;
import io.millrace.nn.Scaler;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A snapshot as an ONNX model, for whoever predicts without Millrace. Its input is {@code
 * features}, N x n0, as the model's inputs come, not scaled; its output is {@code prediction}, N x
 * n2:
 *
 * <pre>
 *   scaled     = (features - mean) / deviation      with a scaler
 *   hidden     = g1(scaled W1' + b1')
 *   prediction = g2(hidden W2' + b2')
 * </pre>
 *
 * <p>Everything is computed in double precision, whatever the type of input and output.
 */
public final class OnnxCodec {
  /** The name of the input. */
  public static final String FEATURES = "features";

  /** The name of the output. */
  public static final String PREDICTION = "prediction";

  /** Of the file, and the operators: of 2020, so that old runtimes read it too. */
  private static final long IR_VERSION = 7;

  private static final long OPERATORS = 13;

  /** The tag of the number of the format's version. */
  private static final int FIRST_FIELD = ModelProto.IR_VERSION_FIELD_NUMBER << 3;

  private static final String ACTIVATION = "activation";
  private static final String OUTPUT = "output";
  private static final String SCALER = "scaler";
  private static final String NOT_OURS = "Not an ONNX model of Millrace's export: ";

  private final Snapshot snapshot;
  private final GraphProto.Builder graph = GraphProto.newBuilder();

  private OnnxCodec(Snapshot snapshot) {
    this.snapshot = snapshot;
  }

  /** The type of the numbers of input and output. */
  public enum Precision {
    FLOAT64("float64", DataType.DOUBLE),
    FLOAT32("float32", DataType.FLOAT);

    private final String text;
    private final DataType type;

    Precision(String text, DataType type) {
      this.text = text;
      this.type = type;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * The bytes of the model's file. Beside the graph they hold, as metadata, where the model came
   * from: model, version, examples, learnedThrough (topic, partition, offset), rollback (version,
   * to), timestamp; and what {@link #decode} needs beside the graph: activation, output, scaler.
   *
   * @param millrace the version of Millrace
   * @throws FormatException when the model has sparse inputs, which the graph has no place for
   */
  public static byte[] encode(Snapshot snapshot, Precision precision, String millrace) {
    if (snapshot.architecture().sparseInputs() > 0) {
      throw new FormatException(
          String.format(
              Locale.ROOT,
              "A model with sparse inputs has no ONNX form yet, and this one has %d of them; export"
                  + " it as JSON.",
              snapshot.architecture().sparseInputs()));
    }
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPERATORS))
            .setProducerName("Millrace")
            .setProducerVersion(millrace)
            .setDomain("io.millrace")
            .setModelVersion(snapshot.version())
            .setDocString(snapshot.architecture().toString())
            .setGraph(new OnnxCodec(snapshot).graph(precision));
    put(model, "model", snapshot.model());
    put(model, "version", snapshot.version());
    put(model, "examples", snapshot.examples());
    if (snapshot.learnedThrough().isPresent()) {
      LogPosition log = snapshot.learnedThrough().get();
      put(model, "learnedThrough.topic", log.topic());
      put(model, "learnedThrough.partition", log.partition());
      put(model, "learnedThrough.offset", log.offset());
    }
    if (snapshot.rollback().isPresent()) {
      put(model, "rollback.version", snapshot.rollback().get().version());
      put(model, "rollback.to", snapshot.rollback().get().to());
    }
    put(model, ACTIVATION, snapshot.architecture().activation().text());
    put(model, OUTPUT, snapshot.architecture().output().text());
    if (snapshot.scaler().isPresent()) {
      // the deviations in the graph would give the variances but for their last bits
      put(model, SCALER, ScalerJson.text(snapshot.scaler().get()));
    }
    put(model, "timestamp", Json.timestamp(snapshot.timestamp()));
    put(model, "millrace", millrace);
    return model.build().toByteArray();
  }

  private static void put(ModelProto.Builder model, String key, Object value) {
    model.addMetadataProps(
        StringStringEntryProto.newBuilder().setKey(key).setValue(value.toString()));
  }

  /** Whether bytes may be an ONNX model: they begin with the version of its format. */
  public static boolean isOnnx(byte[] bytes) {
    return bytes.length > 0 && bytes[0] == FIRST_FIELD;
  }

  /**
   * Reads a file that {@link #encode} wrote: all of the snapshot that a model can start from, to
   * the bit.
   *
   * @throws FormatException when it is not one, or does not hold together
   */
  public static Snapshot decode(byte[] bytes) {
    try {
      ModelProto model = ModelProto.parseFrom(bytes);
      Map<String, String> metadata = new HashMap<>();
      model.getMetadataPropsList().forEach(each -> metadata.put(each.getKey(), each.getValue()));
      Map<String, TensorProto> tensors = new HashMap<>();
      model.getGraph().getInitializerList().forEach(each -> tensors.put(each.getName(), each));
      // W1 is n1 x n0; its transpose stands in the graph
      Parameters parameters =
          Parameters.of(
              transposed(tensors, "W1t"),
              numbers(tensors, "b1"),
              transposed(tensors, "W2t"),
              numbers(tensors, "b2"));
      text(metadata, "millrace"); // the last one: the file is whole
      String scaler = metadata.get(SCALER);
      return new Snapshot(
          text(metadata, "model"),
          Long.parseLong(text(metadata, "version")),
          Long.parseLong(text(metadata, "examples")),
          new Architecture(
              parameters.inputs(),
              parameters.hidden(),
              parameters.outputs(),
              named(Activation.values(), text(metadata, ACTIVATION)),
              named(Output.values(), text(metadata, OUTPUT))),
          parameters,
          scaler == null
              ? Optional.empty()
              : Optional.of(ScalerJson.read(scaler, parameters.inputs())),
          Optional.empty(),
          Optional.empty(),
          Instant.parse(text(metadata, "timestamp")));
    } catch (InvalidProtocolBufferException | IllegalArgumentException | DateTimeException e) {
      throw new FormatException(NOT_OURS + e.getMessage(), e);
    }
  }

  private static FormatException notOurs(String why) {
    return new FormatException(NOT_OURS + why);
  }

  private static String text(Map<String, String> metadata, String key) {
    String value = metadata.get(key);
    if (value == null) {
      throw notOurs("its metadata have no " + key);
    }
    return value;
  }

  private static <E extends HasText> E named(E[] constants, String text) {
    return HasText.find(constants, text).orElseThrow(() -> notOurs("unknown " + text));
  }

  private static double[] numbers(Map<String, TensorProto> tensors, String name) {
    TensorProto tensor = tensors.get(name);
    if (tensor == null || tensor.getDataType() != DataType.DOUBLE.getNumber()) {
      throw notOurs("it has no " + name);
    }
    ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    double[] numbers = new double[raw.remaining() / Double.BYTES];
    Frame.getDoubles(raw, numbers, numbers.length);
    return numbers;
  }

  private static double[][] transposed(Map<String, TensorProto> tensors, String name) {
    double[] numbers = numbers(tensors, name);
    TensorProto tensor = tensors.get(name);
    if (tensor == null
        || tensor.getDimsCount() != 2
        || tensor.getDims(0) < 1
        || tensor.getDims(0) * tensor.getDims(1) != numbers.length) {
      throw notOurs(String.format(Locale.ROOT, "%s has another shape than its numbers", name));
    }
    int rows = (int) tensor.getDims(0);
    int columns = (int) tensor.getDims(1);
    double[][] transposed = new double[columns][rows];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        transposed[j][i] = numbers[i * columns + j];
      }
    }
    return transposed;
  }

  private GraphProto graph(Precision precision) {
    Architecture shape = snapshot.architecture();
    Parameters parameters = snapshot.parameters();
    graph.setName(snapshot.model());
    graph.addInput(value(FEATURES, precision.type, shape.inputs()));
    graph.addOutput(value(PREDICTION, precision.type, shape.outputs()));

    boolean casts = precision.type != DataType.DOUBLE;
    String x = casts ? cast(FEATURES, "features64", DataType.DOUBLE) : FEATURES;
    if (snapshot.scaler().isPresent()) {
      x = scaled(snapshot.scaler().get(), x);
    }
    // Z1 = W1 X + b1, one example a row
    tensor("W1t", parameters.w1t().data, shape.inputs(), shape.hidden());
    tensor("b1", parameters.b1().data, shape.hidden());
    String z1 = node("Add", "z1", node("MatMul", "w1x", x, "W1t"), "b1");
    // A1 = g1(Z1)
    String a1 = activated(shape.activation(), z1);
    // Z2 = W2 A1 + b2
    tensor("W2t", parameters.w2t().data, shape.hidden(), shape.outputs());
    tensor("b2", parameters.b2().data, shape.outputs());
    String z2 = node("Add", "z2", node("MatMul", "w2a1", a1, "W2t"), "b2");
    // A2 = g2(Z2)
    predicted(shape.output(), z2, casts ? "prediction64" : PREDICTION);
    if (casts) {
      cast("prediction64", PREDICTION, precision.type);
    }
    return graph.build();
  }

  private String scaled(Scaler scaler, String x) {
    tensor("mean", scaler.mean(), scaler.inputs());
    tensor("deviation", scaler.deviation(), scaler.inputs());
    return node("Div", "scaled", node("Sub", "centred", x, "mean"), "deviation");
  }

  private String activated(Activation activation, String z) {
    return switch (activation) {
      case TANH -> node("Tanh", "a1", z);
      case SIGMOID -> node("Sigmoid", "a1", z);
      case RELU -> node("Relu", "a1", z);
      case LEAKY_RELU -> {
        // max(z, slope z): runtimes know the operator LeakyRelu in single precision only
        tensor("slope", new double[] {Activation.SLOPE}, 1);
        yield node("Max", "a1", z, node("Mul", "leak", z, "slope"));
      }
    };
  }

  private void predicted(Output output, String z, String name) {
    switch (output) {
      case SIGMOID -> node("Sigmoid", name, z);
      case SOFTMAX -> node("Softmax", name, z); // over the last axis
      case IDENTITY -> node("Identity", name, z);
    }
  }

  /** Adds an operation; returns the name of its output. */
  private String node(String operation, String output, String... inputs) {
    NodeProto.Builder node =
        NodeProto.newBuilder().setOpType(operation).setName(output).addOutput(output);
    for (String input : inputs) {
      node.addInput(input);
    }
    graph.addNode(node);
    return output;
  }

  private String cast(String input, String output, DataType type) {
    AttributeProto to =
        AttributeProto.newBuilder()
            .setName("to")
            .setType(AttributeType.INT)
            .setI(type.getNumber())
            .build();
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType("Cast")
            .setName(output)
            .addInput(input)
            .addOutput(output)
            .addAttribute(to));
    return output;
  }

  /** Adds constants, row by row. */
  private void tensor(String name, double[] numbers, int... dimensions) {
    int count = 1;
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(DataType.DOUBLE.getNumber());
    for (int dimension : dimensions) {
      tensor.addDims(dimension);
      count *= dimension;
    }
    ByteBuffer bytes =
        ByteBuffer.allocate(count * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN); // as ONNX has it
    Frame.putDoubles(bytes, numbers, count);
    graph.addInitializer(tensor.setRawData(ByteString.copyFrom(bytes.flip())));
  }

  /** A matrix with an example a row. */
  private static ValueInfoProto value(String name, DataType type, int columns) {
    TensorShapeProto shape =
        TensorShapeProto.newBuilder()
            .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("N"))
            .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(columns))
            .build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape)))
        .build();
  }
}
