// SPDX-License-Identifier: Apache-2.0
// Small ONNX models for tests, written field by field (onnx.proto). Only tests include this.
#pragma once

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "blindfit/images/protobuf_reader.h"

namespace blindfit::images::fixture {

struct Node {
  std::string operation;
  std::vector<std::string> inputs;
  std::string output;
};

struct Value {
  std::string name = "data";
  std::int64_t type = 1;
  /// -1: an axis with a name instead of an extent.
  std::vector<std::int64_t> extents = {1, 3, 4, 4};
};

/// What a model file is made from. As it stands: the mean of each channel.
struct Model {
  std::vector<Value> inputs = {Value{}};
  std::vector<Value> outputs = {{"features", 1, {1, 3}}};
  std::vector<Node> nodes = {{"GlobalAveragePool", {"data"}, "pooled"},
                             {"Flatten", {"pooled"}, "features"}};
  /// A constant of three channels that nodes may use under this name; empty: none.
  std::string constant = {};
  std::vector<float> values = {1, 2, 3};
  bool external = false;
};

inline Bytes value_bytes(const Value& value) {
  Bytes shape;
  for (const std::int64_t extent : value.extents) {
    Bytes dimension;
    if (extent < 0) {
      append_text(dimension, 2, "axis");
    } else {
      append_number(dimension, 1, static_cast<std::uint64_t>(extent));
    }
    append_bytes(shape, 1, dimension);
  }
  Bytes tensor;
  append_number(tensor, 1, static_cast<std::uint64_t>(value.type));
  append_bytes(tensor, 2, shape);
  Bytes type;
  append_bytes(type, 1, tensor);
  Bytes bytes;
  append_text(bytes, 1, value.name);
  append_bytes(bytes, 2, type);
  return bytes;
}

inline Bytes node_bytes(const Node& node) {
  Bytes bytes;
  for (const std::string& input : node.inputs) {
    append_text(bytes, 1, input);
  }
  append_text(bytes, 2, node.output);
  append_text(bytes, 3, node.output + "_node");
  append_text(bytes, 4, node.operation);
  return bytes;
}

inline Bytes constant_bytes(const Model& model) {
  Bytes raw(model.values.size() * sizeof(float));
  std::memcpy(raw.data(), model.values.data(), raw.size());
  Bytes tensor;
  for (const std::uint64_t extent :
       {std::uint64_t{1}, std::uint64_t{model.values.size()}, std::uint64_t{1}, std::uint64_t{1}}) {
    append_number(tensor, 1, extent);
  }
  append_number(tensor, 2, 1);
  append_text(tensor, 8, model.constant);
  append_bytes(tensor, 9, raw);
  if (model.external) {
    append_number(tensor, 14, 1);
  }
  return tensor;
}

inline Bytes bytes_of(const Model& model) {
  Bytes graph;
  for (const Node& node : model.nodes) {
    append_bytes(graph, 1, node_bytes(node));
  }
  append_text(graph, 2, "graph");
  if (!model.constant.empty()) {
    append_bytes(graph, 5, constant_bytes(model));
  }
  for (const Value& input : model.inputs) {
    append_bytes(graph, 11, value_bytes(input));
  }
  for (const Value& output : model.outputs) {
    append_bytes(graph, 12, value_bytes(output));
  }
  Bytes opset;
  append_number(opset, 2, 11);
  Bytes bytes;
  append_number(bytes, 1, 6);
  append_text(bytes, 2, "blindfit");
  append_bytes(bytes, 7, graph);
  append_bytes(bytes, 8, opset);
  return bytes;
}

}  // namespace blindfit::images::fixture
