package io.millrace.codec;

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
import io.millrace.learn.LogPosition;
import io.millrace.learn.Scaler;
import io.millrace.learn.Snapshot;
import io.millrace.nn.Activation;
import io.millrace.nn.Architecture;
import io.millrace.nn.Output;
import io.millrace.nn.Parameters;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

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
   * to), timestamp.
   *
   * @param millrace the version of Millrace
   */
  public static byte[] encode(Snapshot snapshot, Precision precision, String millrace) {
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
    put(model, "timestamp", Json.timestamp(snapshot.timestamp()));
    put(model, "millrace", millrace);
    return model.build().toByteArray();
  }

  private static void put(ModelProto.Builder model, String key, Object value) {
    model.addMetadataProps(
        StringStringEntryProto.newBuilder().setKey(key).setValue(value.toString()));
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
