// SPDX-License-Identifier: Apache-2.0
// What an ONNX file declares: its inputs, outputs and tensors (onnx.proto, IR versions 3 to 10).
// Weights and operators are the inference library's business.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "blindfit/base/error.h"
#include "blindfit/images/onnx_tensor.h"
#include "blindfit/images/protobuf_reader.h"

namespace blindfit::images {

/// An input that the caller must give. `extents` are its declared shape, -1 where it is left open.
struct OnnxInput {
  std::string name;
  std::int64_t element_type = 0;  ///< TensorProto.DataType; 1 is float
  std::vector<std::int64_t> extents;
};

struct OnnxModel {
  std::vector<OnnxInput> inputs;  ///< without the initializers that old files list, too
  std::vector<std::string> outputs;
  std::vector<std::string> tensors;  ///< results of nodes, in the file's order
};

/// Reads the declarations, and compares every constant's extents with the bytes that follow, which
/// importers take on trust. Errors: kMalformed for bytes that are no ONNX model, a model without
/// nodes, a constant of another size, or weights kept in other files.
base::Result<OnnxModel> read_onnx(std::span<const std::uint8_t> bytes, const std::string& source);

/// The same model with its only input declared as float of these extents, and `output` as its only
/// output, so that an importer finds no open shape. Shapes declared for tensors in between are left
/// out. Requires bytes that read_onnx accepts, a model of one input, and a tensor of it.
Bytes with_fixed_ends(std::span<const std::uint8_t> bytes, const OnnxModel& model,
                      const std::vector<std::int64_t>& extents, const std::string& output);

}  // namespace blindfit::images
