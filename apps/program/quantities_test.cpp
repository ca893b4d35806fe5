// SPDX-License-Identifier: Apache-2.0
#include "apps/program/quantities.h"

#include <gtest/gtest.h>

namespace blindfit::program {
namespace {

TEST(Quantities, NameTheLargestFittingUnitOfBytes) {
  EXPECT_EQ(format_bytes(812), "812 bytes");
  EXPECT_EQ(format_bytes(1536), "1.50 KiB");
  EXPECT_EQ(format_bytes(24.25 * 1024 * 1024), "24.2 MiB");
  EXPECT_EQ(format_bytes(1020.0 * 1024 * 1024), "1.00 GiB");
}

TEST(Quantities, WriteTimesAsPeopleSayThem) {
  EXPECT_EQ(format_seconds(0.0034), "3 ms");
  EXPECT_EQ(format_seconds(2.414), "2.41 s");
  EXPECT_EQ(format_seconds(42.04), "42.0 s");
  EXPECT_EQ(format_seconds(100), "1 min 40 s");
  EXPECT_EQ(format_seconds(7500), "2 h 5 min");
}

TEST(Quantities, GroupDigitsByThousands) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1797), "1,797");
  EXPECT_EQ(format_count(1234567), "1,234,567");
}

TEST(Quantities, WriteSharesInPercent) {
  EXPECT_EQ(format_percent(0.296875), "29.69 %");
}

}  // namespace
}  // namespace blindfit::program
