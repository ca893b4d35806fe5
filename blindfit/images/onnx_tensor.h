// SPDX-License-Identifier: Apache-2.0
// A constant of an ONNX model (onnx.proto, TensorProto): what it declares, and whether it is whole.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace blindfit::images {

inline constexpr std::int64_t kOnnxFloat = 1;  ///< TensorProto.DataType

struct OnnxTensor {
  std::string name;
  std::vector<std::uint64_t> extents;
  std::uint64_t type = 0;
  std::optional<std::uint64_t> raw_bytes;
  std::uint64_t float_bytes = 0;
  bool external = false;  ///< its values are in another file

  /// Whether the bytes are as many as the extents say, which importers take on trust. Lists of
  /// integers are not counted.
  [[nodiscard]] bool is_whole() const;
};

/// Reads the declaration; nothing unless it is a tensor and is_whole().
std::optional<OnnxTensor> read_onnx_tensor(std::span<const std::uint8_t> message);

}  // namespace blindfit::images
