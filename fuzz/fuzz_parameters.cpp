// SPDX-License-Identifier: Apache-2.0
// Parameter sets as bytes; what is accepted must be written back as it was.
#include "blindfit/wire/parameters_file.h"
#include "fuzz/small_ring.h"

using namespace blindfit;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::framed(wire::ObjectKind::kParameters, {data, size});
  const auto file = wire::load_parameters_file(bytes);
  if (!file) {
    return 0;
  }
  wire::ByteWriter again(size);
  wire::write_parameters_literal(file->literal, again);
  fuzz::require(std::move(again).take() == std::vector<std::uint8_t>(data, data + size));
  const auto parameters = rlwe::Parameters::make(file->literal);
  if (parameters) {
    fuzz::require(wire::load_parameters(wire::save_parameters(*parameters)).ok());
  }
  return 0;
}
