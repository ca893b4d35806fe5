// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/load_file.h"

#include <gtest/gtest.h>

#include "blindfit/wire/json_file.h"
#include "blindfit/wire/parameters_file.h"

namespace blindfit::wire {
namespace {

TEST(LoadFile, NamesTheFileInEveryError) {
  const std::filesystem::path path =
      std::filesystem::path(::testing::TempDir()) / "blindfit_load_file_test.bin";
  const auto load = [](std::span<const std::uint8_t> bytes) { return load_parameters(bytes); };
  const auto message = [&] { return std::string(load_file(path, {}, load).error().what()); };
  std::filesystem::remove(path);
  EXPECT_NE(message().find(path.string()), std::string::npos) << "absent";

  const std::vector<std::uint8_t> garbage(100, 7);
  ASSERT_TRUE(base::write_file(path, garbage).ok());
  EXPECT_EQ(message().find(path.string()), 0U) << "malformed";

  const rlwe::Parameters parameters =
      rlwe::Parameters::make({.log_n = 13, .log_q = {45, 36}, .log_p = {45}}).value();
  ASSERT_TRUE(base::write_file(path, save_parameters(parameters)).ok());
  EXPECT_TRUE(load_file(path, {}, load).ok());
  Limits limits;
  limits.max_bytes = 100;
  EXPECT_EQ(load_file(path, limits, load).error().code(), base::ErrorCode::kTooLarge);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace blindfit::wire
