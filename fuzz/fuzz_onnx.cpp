// SPDX-License-Identifier: Apache-2.0
// Declarations of ONNX models, and models rewritten with fixed ends.
#include "blindfit/images/onnx_model.h"

using namespace blindfit;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::uint8_t> bytes(data, size);
  const auto model = images::read_onnx(bytes, "fuzz");
  if (!model || model->inputs.size() != 1) {
    return 0;
  }
  const std::vector<std::int64_t> extents = {1, 3, 224, 224};
  const std::string& output = model->tensors.back();
  const auto fixed =
      images::read_onnx(images::with_fixed_ends(bytes, *model, extents, output), "fuzz");
  if (!fixed || fixed->inputs.empty() || fixed->inputs[0].extents != extents ||
      fixed->outputs != std::vector<std::string>{output}) {
    __builtin_trap();
  }
  return 0;
}
