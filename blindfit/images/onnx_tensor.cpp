// SPDX-License-Identifier: Apache-2.0
#include "blindfit/images/onnx_tensor.h"

#include <array>
#include <utility>

#include "blindfit/images/protobuf_reader.h"

namespace blindfit::images {
namespace {

// Field numbers of onnx.proto.
namespace tensor_field {
constexpr std::uint32_t kExtents = 1;
constexpr std::uint32_t kType = 2;
constexpr std::uint32_t kFloats = 4;
constexpr std::uint32_t kName = 8;
constexpr std::uint32_t kRaw = 9;
constexpr std::uint32_t kLocation = 14;
constexpr std::uint64_t kExternal = 1;
}  // namespace tensor_field

constexpr std::uint64_t kMaxElements = std::uint64_t{1} << 31;

/// Bytes of an element of TensorProto.DataType; 0 where raw bytes cannot stand for it.
std::uint64_t element_size(std::uint64_t type) {
  constexpr std::array<std::uint8_t, 17> kSizes = {0, 4, 1, 1, 2, 2, 4,  8, 0,
                                                   1, 2, 8, 4, 8, 8, 16, 2};
  return type < kSizes.size() ? kSizes[static_cast<std::size_t>(type)] : 0;
}

/// The extents of a tensor, one a field or all in one.
bool read_extents(const ProtobufField& field, std::vector<std::uint64_t>& extents) {
  if (!field.is_bytes) {
    extents.push_back(field.value);
    return true;
  }
  ProtobufReader reader(field.bytes);
  std::uint64_t extent = 0;
  while (reader.next_packed(extent)) {
    extents.push_back(extent);
  }
  return !reader.failed();
}

}  // namespace

bool OnnxTensor::is_whole() const {
  std::uint64_t elements = 1;
  for (const std::uint64_t extent : extents) {
    if (extent > kMaxElements) {
      return false;
    }
    elements *= extent;
    if (elements > kMaxElements) {
      return false;
    }
  }
  if (raw_bytes) {
    return external || *raw_bytes == elements * element_size(type);
  }
  return type != kOnnxFloat || external || float_bytes == elements * sizeof(float);
}

std::optional<OnnxTensor> read_onnx_tensor(std::span<const std::uint8_t> message) {
  OnnxTensor tensor;
  const bool ok = for_each_field(message, [&](const ProtobufField& field) {
    switch (field.number) {
      case tensor_field::kExtents:
        return read_extents(field, tensor.extents);
      case tensor_field::kType:
        tensor.type = field.value;
        break;
      case tensor_field::kFloats:
        tensor.float_bytes += field.is_bytes ? field.bytes.size() : sizeof(float);
        break;
      case tensor_field::kName:
        tensor.name = field.text();
        break;
      case tensor_field::kRaw:
        tensor.raw_bytes = field.bytes.size();
        break;
      case tensor_field::kLocation:
        tensor.external = field.value == tensor_field::kExternal;
        break;
      default:
        break;
    }
    return true;
  });
  return ok && tensor.is_whole() ? std::optional(std::move(tensor)) : std::nullopt;
}

}  // namespace blindfit::images
