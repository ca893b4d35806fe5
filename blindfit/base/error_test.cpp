// SPDX-License-Identifier: Apache-2.0
#include "blindfit/base/error.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <type_traits>

namespace blindfit::base {
namespace {

Result<int> parse_digit(char c) {
  if (c < '0' || c > '9') {
    return Error(ErrorCode::kMalformed, std::string("must be a digit: ") + c);
  }
  return c - '0';
}

TEST(Result, HoldsTheValue) {
  const Result<int> result = parse_digit('7');
  EXPECT_TRUE(result.ok());
  EXPECT_TRUE(static_cast<bool>(result));
  EXPECT_EQ(result.value(), 7);
  EXPECT_EQ(*result, 7);
}

TEST(Result, HoldsTheErrorInPlaceOfTheValue) {
  const Result<int> result = parse_digit('x');
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), ErrorCode::kMalformed);
  EXPECT_STREQ(result.error().what(), "must be a digit: x");
}

TEST(Result, ThrowsTheErrorWhenTheValueIsTaken) {
  const Result<int> result = parse_digit('x');
  EXPECT_THROW((void)result.value(), Error);
  EXPECT_THROW((void)*result, Error);
  try {
    (void)parse_digit('y').value();
    FAIL() << "no exception";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kMalformed);
    EXPECT_STREQ(error.what(), "must be a digit: y");
  }
}

TEST(Result, MovesAValueThatCannotBeCopied) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(5);
  const std::unique_ptr<int> taken = std::move(result).value();
  EXPECT_EQ(*taken, 5);
}

TEST(Result, GivesAValueNotAReferenceWhenTheResultIsTemporary) {
  // `const auto& digit = parse_digit('7').value();` must not dangle.
  static_assert(std::is_same_v<decltype(parse_digit('7').value()), int>);
}

TEST(Result, ReachesMembersThroughAnArrow) {
  const Result<std::string> result = std::string("three");
  EXPECT_EQ(result->size(), 5U);
}

TEST(Error, RemembersWhereItWasMade) {
  const int line = __LINE__ + 1;
  const Error error(ErrorCode::kIo, "message");
  EXPECT_EQ(error.line(), line);
  EXPECT_NE(std::string(error.file()).find("error_test.cpp"), std::string::npos);
}

TEST(Error, NamesEveryCodeDifferently) {
  std::set<std::string> names;
  int codes = 0;
  for (int code = 0; code <= static_cast<int>(ErrorCode::kCancelled); ++code, ++codes) {
    const std::string name = to_string(static_cast<ErrorCode>(code));
    EXPECT_NE(name, "unknown") << code;
    names.insert(name);
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(codes));
}

TEST(Error, CallsACodeOutsideTheSetUnknown) {
  EXPECT_STREQ(to_string(static_cast<ErrorCode>(static_cast<int>(ErrorCode::kCancelled) + 1)),
               "unknown");
}

}  // namespace
}  // namespace blindfit::base
