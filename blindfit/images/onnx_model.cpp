// SPDX-License-Identifier: Apache-2.0
#include "blindfit/images/onnx_model.h"

#include <optional>
#include <set>
#include <utility>

namespace blindfit::images {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

using Message = std::span<const std::uint8_t>;

// Field numbers of onnx.proto.
namespace model_field {
constexpr std::uint32_t kGraph = 7;
}
namespace graph_field {
constexpr std::uint32_t kNode = 1;
constexpr std::uint32_t kInitializer = 5;
constexpr std::uint32_t kInput = 11;
constexpr std::uint32_t kOutput = 12;
constexpr std::uint32_t kValueInfo = 13;
}  // namespace graph_field
namespace node_field {
constexpr std::uint32_t kOutput = 2;
constexpr std::uint32_t kAttribute = 5;
constexpr std::uint32_t kAttributeTensor = 5;
}  // namespace node_field
namespace value_field {
constexpr std::uint32_t kName = 1;
constexpr std::uint32_t kType = 2;
}  // namespace value_field
namespace type_field {
constexpr std::uint32_t kTensor = 1;
constexpr std::uint32_t kElement = 1;
constexpr std::uint32_t kShape = 2;
constexpr std::uint32_t kDimension = 1;
constexpr std::uint32_t kExtent = 1;
}  // namespace type_field

bool is_message(const ProtobufField& field, std::uint32_t number) {
  return field.is_bytes && field.number == number;
}

bool read_shape(Message shape, std::vector<std::int64_t>& extents) {
  return for_each_field(shape, [&](const ProtobufField& field) {
    if (!is_message(field, type_field::kDimension)) {
      return true;
    }
    std::int64_t extent = -1;
    const bool ok = for_each_field(field.bytes, [&](const ProtobufField& part) {
      if (!part.is_bytes && part.number == type_field::kExtent) {
        extent = static_cast<std::int64_t>(part.value);
      }
      return true;
    });
    extents.push_back(extent > 0 ? extent : -1);
    return ok;
  });
}

bool read_type(Message type, OnnxInput& input) {
  return for_each_field(type, [&](const ProtobufField& field) {
    if (!is_message(field, type_field::kTensor)) {
      return true;
    }
    return for_each_field(field.bytes, [&](const ProtobufField& part) {
      if (!part.is_bytes && part.number == type_field::kElement) {
        input.element_type = static_cast<std::int64_t>(part.value);
      }
      return !is_message(part, type_field::kShape) || read_shape(part.bytes, input.extents);
    });
  });
}

std::optional<OnnxInput> read_value(Message value) {
  OnnxInput input;
  const bool ok = for_each_field(value, [&](const ProtobufField& field) {
    if (is_message(field, value_field::kName)) {
      input.name = field.text();
    }
    return !is_message(field, value_field::kType) || read_type(field.bytes, input);
  });
  return ok ? std::optional(input) : std::nullopt;
}

/// The one graph of a model; nothing if there is none or the bytes are something else.
std::optional<Message> find_graph(Message model) {
  std::optional<Message> graph;
  const bool ok = for_each_field(model, [&](const ProtobufField& field) {
    if (is_message(field, model_field::kGraph)) {
      graph = field.bytes;
    }
    return true;
  });
  return ok ? graph : std::nullopt;
}

struct Declarations {
  OnnxModel model;
  std::set<std::string> initializers;
  bool external = false;
};

bool read_constant(Message message, Declarations& found) {
  auto tensor = read_onnx_tensor(message);
  if (!tensor) {
    return false;
  }
  found.external = found.external || tensor->external;
  found.initializers.insert(std::move(tensor->name));
  return true;
}

bool read_attribute(Message attribute, Declarations& found) {
  return for_each_field(attribute, [&](const ProtobufField& field) {
    return !is_message(field, node_field::kAttributeTensor) || read_constant(field.bytes, found);
  });
}

bool read_node(Message node, Declarations& found) {
  return for_each_field(node, [&](const ProtobufField& field) {
    if (is_message(field, node_field::kOutput) && !field.bytes.empty()) {
      found.model.tensors.emplace_back(field.text());
    }
    return !is_message(field, node_field::kAttribute) || read_attribute(field.bytes, found);
  });
}

bool read_graph_field(const ProtobufField& field, Declarations& found) {
  if (!field.is_bytes) {
    return true;
  }
  if (field.number == graph_field::kNode) {
    return read_node(field.bytes, found);
  }
  if (field.number == graph_field::kInitializer) {
    return read_constant(field.bytes, found);
  }
  if (field.number != graph_field::kInput && field.number != graph_field::kOutput) {
    return true;
  }
  const auto value = read_value(field.bytes);
  if (value && field.number == graph_field::kInput) {
    found.model.inputs.push_back(*value);
  } else if (value) {
    found.model.outputs.push_back(value->name);
  }
  return value.has_value();
}

/// OpenCV wants a shape of an output, too, but does not look into it: no extents there.
Bytes value_message(const std::string& name, const std::vector<std::int64_t>& extents) {
  Bytes shape;
  for (const std::int64_t extent : extents) {
    Bytes dimension;
    append_number(dimension, type_field::kExtent, static_cast<std::uint64_t>(extent));
    append_bytes(shape, type_field::kDimension, dimension);
  }
  Bytes tensor;
  append_number(tensor, type_field::kElement, kOnnxFloat);
  append_bytes(tensor, type_field::kShape, shape);
  Bytes type;
  append_bytes(type, type_field::kTensor, tensor);
  Bytes value;
  append_text(value, value_field::kName, name);
  append_bytes(value, value_field::kType, type);
  return value;
}

void append_whole(Bytes& message, const ProtobufField& field) {
  message.insert(message.end(), field.whole.begin(), field.whole.end());
}

}  // namespace

Result<OnnxModel> read_onnx(std::span<const std::uint8_t> bytes, const std::string& source) {
  const auto graph = find_graph(bytes);
  Declarations found;
  if (!graph || !for_each_field(*graph, [&](const ProtobufField& field) {
        return read_graph_field(field, found);
      })) {
    return Error(ErrorCode::kMalformed,
                 source + ": a backbone must be a whole ONNX file; export or fetch it again: " +
                     std::to_string(bytes.size()) + " bytes of something else");
  }
  if (found.model.tensors.empty()) {
    return Error(ErrorCode::kMalformed,
                 source + ": an ONNX model must have nodes; export it again: none");
  }
  if (found.external) {
    return Error(ErrorCode::kMalformed,
                 source +
                     ": an ONNX model must hold its weights itself; save it without external "
                     "data: weights in another file");
  }
  std::vector<OnnxInput>& inputs = found.model.inputs;
  std::erase_if(inputs,
                [&](const OnnxInput& input) { return found.initializers.contains(input.name); });
  return std::move(found.model);
}

Bytes with_fixed_ends(std::span<const std::uint8_t> bytes, const OnnxModel& model,
                      const std::vector<std::int64_t>& extents, const std::string& output) {
  const OnnxInput& input = model.inputs.at(0);
  Bytes graph;
  const auto copy_graph_field = [&](const ProtobufField& field) {
    const bool replaced_input =
        is_message(field, graph_field::kInput) && read_value(field.bytes)->name == input.name;
    if (replaced_input) {
      append_bytes(graph, graph_field::kInput, value_message(input.name, extents));
    } else if (!is_message(field, graph_field::kOutput) &&
               !is_message(field, graph_field::kValueInfo)) {
      append_whole(graph, field);
    }
    return true;
  };
  Bytes fixed;
  for_each_field(bytes, [&](const ProtobufField& field) {
    if (!is_message(field, model_field::kGraph)) {
      append_whole(fixed, field);
    }
    return true;
  });
  const auto original = find_graph(bytes);
  if (original) {
    for_each_field(*original, copy_graph_field);
  }
  append_bytes(graph, graph_field::kOutput, value_message(output, {}));
  append_bytes(fixed, model_field::kGraph, graph);
  return fixed;
}

}  // namespace blindfit::images
