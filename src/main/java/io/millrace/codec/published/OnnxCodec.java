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
import io.millrace.nn.SparseRows;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A snapshot as an ONNX model, for whoever predicts without Millrace. Its inputs are, where the
 * model has dense inputs, {@code features}, N x nd, not scaled; and where it has sparse ones,
 * {@code rows} and {@code values}, N x K: the numbers, from 0, of the inputs of an example that are
 * not 0, and what they are. An example with fewer than K of them has the value 0 at the rest. Its
 * output is {@code prediction}, N x n2:
 *
 * <pre>
 *   scaled     = (features - mean) / deviation      with a scaler
 *   sparse_i   = sum over k of values_ik W1s'(rows_ik, :)
 *   hidden     = g1(scaled W1d' + sparse + b1')
 *   prediction = g2(hidden W2' + b2')
 * </pre>
 *
 * The file has only the rows of W1s' that exist; every other one is 0.
 *
 * <p>Everything is computed in double precision, whatever the type of input and output.
 */
public final class OnnxCodec {
  /** The name of the input. */
  public static final String FEATURES = "features";

  /** The name of the input with the numbers of sparse inputs. */
  public static final String ROWS = "rows";

  /** The name of the input with the values of sparse inputs. */
  public static final String VALUES = "values";

  /** The name of the output. */
  public static final String PREDICTION = "prediction";

  /** Of the file, and the operators: of 2020, so that old runtimes read it too. */
  private static final long IR_VERSION = 7;

  private static final long OPERATORS = 13;

  /** The operators that are not of linear algebra: of 2018. */
  private static final String MORE_OPERATORS = "ai.onnx.ml";

  private static final long VERSION_OF_MORE_OPERATORS = 2;
  private static final String SLOTS = "slots";
  private static final String KEYS = "keys_int64s";

  /** The tag of the number of the format's version. */
  private static final int FIRST_FIELD = ModelProto.IR_VERSION_FIELD_NUMBER << 3;

  private static final String ACTIVATION = "activation";
  private static final String OUTPUT = "output";
  private static final String SCALER = "scaler";
  private static final String SPARSE_INPUTS = "sparseInputs";
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
   * to), timestamp; and what {@link #decode} needs beside the graph: activation, output, scaler,
   * the number of sparse inputs.
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
    if (snapshot.architecture().sparseInputs() > 0) {
      model.addOpsetImport(
          OperatorSetIdProto.newBuilder()
              .setDomain(MORE_OPERATORS)
              .setVersion(VERSION_OF_MORE_OPERATORS));
      put(model, SPARSE_INPUTS, snapshot.architecture().sparseInputs());
    }
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
      int sparseInputs = Integer.parseInt(metadata.getOrDefault(SPARSE_INPUTS, "0"));
      double[] b1 = numbers(tensors, "b1");
      int[] rows = sparseInputs == 0 ? new int[0] : rows(model.getGraph(), tensors);
      // W1 is n1 x n0; its transpose stands in the graph
      Parameters parameters =
          Parameters.of(
              tensors.containsKey("W1t") ? transposed(tensors, "W1t") : new double[b1.length][0],
              b1,
              transposed(tensors, "W2t"),
              numbers(tensors, "b2"),
              sparseInputs,
              rows,
              sparseInputs == 0
                  ? new double[0][]
                  : Arrays.copyOf(matrix(tensors, "W1st"), rows.length));
      text(metadata, "millrace"); // the last one: the file is whole
      String scaler = metadata.get(SCALER);
      return new Snapshot(
          text(metadata, "model"),
          Long.parseLong(text(metadata, "version")),
          Long.parseLong(text(metadata, "examples")),
          new Architecture(
              parameters.inputs(),
              sparseInputs,
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
    double[][] matrix = matrix(tensors, name);
    double[][] transposed = new double[matrix[0].length][matrix.length];
    for (int i = 0; i < matrix.length; i++) {
      for (int j = 0; j < transposed.length; j++) {
        transposed[j][i] = matrix[i][j];
      }
    }
    return transposed;
  }

  private static double[][] matrix(Map<String, TensorProto> tensors, String name) {
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
    double[][] matrix = new double[rows][];
    for (int i = 0; i < rows; i++) {
      matrix[i] = Arrays.copyOfRange(numbers, i * columns, (i + 1) * columns);
    }
    return matrix;
  }

  /** The sparse inputs that have a row; W1s' has one row more, of zeros. */
  private static int[] rows(GraphProto graph, Map<String, TensorProto> tensors) {
    int count = matrix(tensors, "W1st").length - 1;
    List<Long> keys =
        graph.getNodeList().stream()
            .filter(node -> node.getName().equals(SLOTS))
            .flatMap(node -> node.getAttributeList().stream())
            .filter(attribute -> attribute.getName().equals(KEYS))
            .findFirst()
            .orElseThrow(() -> notOurs("it has no rows"))
            .getIntsList();
    if (keys.size() < count) {
      throw notOurs("W1st has another number of rows than there are names of");
    }
    return keys.stream().limit(count).mapToInt(Math::toIntExact).toArray();
  }

  private GraphProto graph(Precision precision) {
    Architecture shape = snapshot.architecture();
    Parameters parameters = snapshot.parameters();
    graph.setName(snapshot.model());
    graph.addOutput(value(PREDICTION, precision.type, shape.outputs()));

    boolean casts = precision.type != DataType.DOUBLE;
    // Z1 = W1d Xd + W1s Xs + b1, one example a row
    String w1x = "";
    if (shape.inputs() > 0) {
      graph.addInput(value(FEATURES, precision.type, shape.inputs()));
      w1x = dense(casts ? cast(FEATURES, "features64", DataType.DOUBLE) : FEATURES);
    }
    if (shape.sparseInputs() > 0) {
      graph.addInput(value(ROWS, DataType.INT64, "K"));
      graph.addInput(value(VALUES, precision.type, "K"));
      String sparse = sparse(casts ? cast(VALUES, "values64", DataType.DOUBLE) : VALUES);
      w1x = w1x.isEmpty() ? sparse : node("Add", "w1x_both", w1x, sparse);
    }
    tensor("b1", parameters.b1().data, shape.hidden());
    String z1 = node("Add", "z1", w1x, "b1");
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

  /** W1d Xd. */
  private String dense(String features) {
    Architecture shape = snapshot.architecture();
    String x = snapshot.scaler().isPresent() ? scaled(snapshot.scaler().get(), features) : features;
    tensor("W1t", snapshot.parameters().w1t().data, shape.inputs(), shape.hidden());
    return node("MatMul", "w1x", x, "W1t");
  }

  /** W1s Xs: the rows of W1s' that the example has, each times its value, added up. */
  private String sparse(String values) {
    SparseRows rows = snapshot.parameters().sparse();
    int hidden = rows.hidden();
    double[] weights = new double[Math.multiplyExact(rows.count() + 1, hidden)]; // the last one: 0
    double[] row = new double[hidden];
    for (int slot = 0; slot < rows.count(); slot++) {
      rows.read(slot, row);
      System.arraycopy(row, 0, weights, slot * hidden, hidden);
    }
    tensor("W1st", weights, rows.count() + 1, hidden);
    integer("last_axis", 2);
    integer("second_axis", 1);
    String found = node("Gather", "w1s_rows", "W1st", slots(rows));
    String weighted = node("Mul", "w1s_values", found, node("Unsqueeze", "values_3d", values, "last_axis"));
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType("ReduceSum")
            .setName("w1s_x")
            .addInput(weighted)
            .addInput("second_axis")
            .addOutput("w1s_x")
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("keepdims")
                    .setType(AttributeType.INT)
                    .setI(0)));
    return "w1s_x";
  }

  /** Where the row of each sparse input is; what has none is at the row of zeros. */
  private String slots(SparseRows rows) {
    AttributeProto.Builder keys =
        AttributeProto.newBuilder().setName(KEYS).setType(AttributeType.INTS);
    AttributeProto.Builder found =
        AttributeProto.newBuilder().setName("values_int64s").setType(AttributeType.INTS);
    for (int slot = 0; slot < rows.count(); slot++) {
      keys.addInts(rows.row(slot));
      found.addInts(slot);
    }
    if (rows.count() == 0) { // runtimes want at least one
      keys.addInts(0);
      found.addInts(0);
    }
    graph.addNode(
        NodeProto.newBuilder()
            .setDomain(MORE_OPERATORS)
            .setOpType("LabelEncoder")
            .setName(SLOTS)
            .addInput(ROWS)
            .addOutput(SLOTS)
            .addAttribute(keys)
            .addAttribute(found)
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("default_int64")
                    .setType(AttributeType.INT)
                    .setI(rows.count())));
    return SLOTS;
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

  /** Adds a constant vector of one whole number. */
  private void integer(String name, long number) {
    graph.addInitializer(
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(DataType.INT64.getNumber())
            .addDims(1)
            .addInt64Data(number));
  }

  /** A matrix with an example a row. */
  private static ValueInfoProto value(String name, DataType type, int columns) {
    return value(name, type, TensorShapeProto.Dimension.newBuilder().setDimValue(columns).build());
  }

  private static ValueInfoProto value(String name, DataType type, String columns) {
    return value(name, type, TensorShapeProto.Dimension.newBuilder().setDimParam(columns).build());
  }

  private static ValueInfoProto value(
      String name, DataType type, TensorShapeProto.Dimension columns) {
    TensorShapeProto shape =
        TensorShapeProto.newBuilder()
            .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("N"))
            .addDim(columns)
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
