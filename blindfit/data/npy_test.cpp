// SPDX-License-Identifier: Apache-2.0
// Arrays of every element type and order come back unchanged; anything else is refused.
#include "blindfit/data/npy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <limits>

#include "blindfit/testing/temporary_folder.h"

namespace blindfit::data {
namespace {

using base::ErrorCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// An NPY file put together by hand, any version and any header.
Bytes npy(unsigned major, const std::string& dictionary, const Bytes& payload) {
  std::string text = "\x93NUMPY";
  text += static_cast<char>(major);
  text += '\0';
  for (std::size_t i = 0; i < (major == 1 ? 2U : 4U); ++i) {
    text += static_cast<char>((dictionary.size() >> (8 * i)) & 0xff);
  }
  text += dictionary;
  Bytes bytes(text.begin(), text.end());
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return bytes;
}

std::string dictionary(const std::string& descr, const std::string& shape,
                       const std::string& order = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
}

template <typename T>
Bytes raw(std::initializer_list<T> values) {
  Bytes bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.begin(), bytes.size());
  return bytes;
}

Matrix parse_matrix(const Bytes& bytes) {
  return to_matrix(parse_npy(bytes, "t.npy").value(), "t.npy").value();
}

TEST(Npy, ReadsEveryElementType) {
  const Matrix expected = (Matrix(1, 3) << 0.0, 1.0, 2.0).finished();
  const std::string shape = "(1, 3)";
  const std::vector<std::pair<std::string, Bytes>> files{
      {"<f2", raw<std::uint16_t>({0x0000, 0x3c00, 0x4000})},
      {"<f4", raw<float>({0, 1, 2})},
      {"<f8", raw<double>({0, 1, 2})},
      {"|u1", raw<std::uint8_t>({0, 1, 2})},
      {"|i1", raw<std::int8_t>({0, 1, 2})},
      {"<u2", raw<std::uint16_t>({0, 1, 2})},
      {"<i2", raw<std::int16_t>({0, 1, 2})},
      {"<u4", raw<std::uint32_t>({0, 1, 2})},
      {"<i4", raw<std::int32_t>({0, 1, 2})},
      {"<u8", raw<std::uint64_t>({0, 1, 2})},
      {"<i8", raw<std::int64_t>({0, 1, 2})}};
  for (const auto& file : files) {
    EXPECT_EQ(parse_matrix(npy(1, dictionary(file.first, shape), file.second)), expected)
        << file.first;
  }
  EXPECT_EQ(parse_matrix(npy(1, dictionary("<i2", "(1,)"), raw<std::int16_t>({-7})))(0, 0), -7.0);
}

TEST(Npy, ReadsVersionsOneToThree) {
  for (const unsigned version : {1U, 2U, 3U}) {
    EXPECT_EQ(parse_matrix(npy(version, dictionary("|u1", "(2,)"), {7, 8})),
              (Matrix(2, 1) << 7, 8).finished());
  }
  EXPECT_FALSE(parse_npy(npy(4, dictionary("|u1", "(2,)"), {7, 8}), "t"));
}

TEST(Npy, TransposesFortranOrder) {
  const Bytes payload{1, 2, 3, 4, 5, 6};
  EXPECT_EQ(parse_matrix(npy(1, dictionary("|u1", "(2, 3)", "True"), payload)),
            (Matrix(2, 3) << 1, 3, 5, 2, 4, 6).finished());
  EXPECT_EQ(parse_matrix(npy(1, dictionary("|u1", "(2, 3)"), payload)),
            (Matrix(2, 3) << 1, 2, 3, 4, 5, 6).finished());
}

TEST(Npy, ReadsLabelsOfAnyIntegralKind) {
  const auto labels = [](const Bytes& bytes) {
    return to_labels(parse_npy(bytes, "y.npy").value(), "y.npy");
  };
  EXPECT_THAT(labels(npy(1, dictionary("<i8", "(3,)"), raw<std::int64_t>({2, 0, 9}))).value(),
              ElementsAre(2, 0, 9));
  EXPECT_THAT(labels(npy(1, dictionary("<f4", "(2, 1)"), raw<float>({2, 0}))).value(),
              ElementsAre(2, 0));
  EXPECT_THAT(labels(npy(1, dictionary("|b1", "(2,)"), {1, 0})).value(), ElementsAre(1, 0));
  EXPECT_FALSE(labels(npy(1, dictionary("<f4", "(1, 2)"), raw<float>({2, 0}))));
  for (const double bad : {-1.0, 0.5, 2e9, std::numeric_limits<double>::quiet_NaN()}) {
    const auto refused = labels(npy(1, dictionary("<f8", "(2,)"), raw<double>({1, bad})));
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().what(), HasSubstr("y.npy, row 1"));
  }
}

TEST(Npy, WritesWhatItReads) {
  const Matrix matrix = (Matrix(2, 3) << 0.1, -2, 3e300, 5e-324, 0.0, 6).finished();
  EXPECT_EQ(parse_matrix(make_npy(matrix)), matrix);
  const Eigen::VectorXd vector = Eigen::VectorXd::LinSpaced(5, -1, 1);
  EXPECT_EQ(parse_matrix(make_npy(vector)), Matrix(vector));
  const std::vector<std::int64_t> integers{4, 3, 2};
  EXPECT_THAT(to_labels(parse_npy(make_npy(integers), "t").value(), "t").value(),
              ElementsAre(4, 3, 2));
  EXPECT_EQ(make_npy(matrix).size() % 64, (6 * 8) % 64);  // the data begin on a multiple of 64
}

TEST(Npy, RefusesEveryTruncationAndSurplus) {
  const Bytes whole = make_npy(Matrix(Matrix::Ones(3, 2)));
  ASSERT_TRUE(parse_npy(whole, "t"));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(parse_npy(std::span(whole).first(length), "t")) << length;
  }
  Bytes longer = whole;
  longer.push_back(0);
  EXPECT_FALSE(parse_npy(longer, "t"));
}

TEST(Npy, RefusesWhatItCannotMean) {
  const std::vector<std::string> headers{
      dictionary(">f8", "(1,)"),
      dictionary("|O", "(1,)"),
      dictionary("<c16", "(1,)"),
      dictionary("<U4", "(1,)"),
      dictionary("<f8", "(1, 1, 1)"),
      dictionary("<f8", "()"),
      dictionary("<f8", "(0,)"),
      dictionary("<f8", "(-1,)"),
      dictionary("<f8", "(1"),
      dictionary("<f8", "(1,)", "Maybe"),
      "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '<f8', 'shape': (1,)}",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} and more",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,)}",
      "",
      "{"};
  for (const std::string& header : headers) {
    const auto array = parse_npy(npy(1, header, raw<double>({1})), "odd.npy");
    ASSERT_FALSE(array) << header;
    EXPECT_EQ(array.error().code(), ErrorCode::kMalformed) << header;
    EXPECT_THAT(array.error().what(), HasSubstr("odd.npy"));
  }
}

TEST(Npy, ChecksShapesBeforeTheyAreMultiplied) {
  for (const char* shape : {"(9223372036854775807, 2)", "(4611686018427387904, 4)", "(20000000, 1)",
                            "(1, 70000)", "(1000000, 60000)"}) {
    const auto array = parse_npy(npy(1, dictionary("<f8", shape), raw<double>({1})), "big.npy");
    ASSERT_FALSE(array) << shape;
    EXPECT_EQ(array.error().code(), ErrorCode::kTooLarge) << shape;
  }
}

TEST(Npy, NamesTheCellThatIsNotFinite) {
  const Bytes bytes =
      npy(1, dictionary("<f2", "(2, 2)"), raw<std::uint16_t>({0, 0x3c00, 0, 0x7c00}));
  const auto matrix = to_matrix(parse_npy(bytes, "t.npy").value(), "t.npy");
  ASSERT_FALSE(matrix);
  EXPECT_THAT(matrix.error().what(), HasSubstr("row 1, column 1"));
}

TEST(Npy, IsReadByNumPy) {
  if (std::system("/usr/bin/python3 -c 'import numpy' 2>/dev/null") != 0) {
    GTEST_SKIP() << "/usr/bin/python3 has no numpy";
  }
  const testing::TemporaryFolder folder;
  folder.write("m.npy", make_npy(Matrix((Matrix(2, 2) << 0.1, 2, 3, 4).finished())));
  const std::string check = "cd " + folder.path().string() +
                            " && /usr/bin/python3 -c \"import numpy as n; m = n.load('m.npy');"
                            " assert m.shape == (2, 2) and m.dtype == n.float64;"
                            " assert (m == [[0.1, 2], [3, 4]]).all()\"";
  EXPECT_EQ(std::system(check.c_str()), 0);
}

TEST(Npy, TextsComeBack) {
  const std::vector<std::string> texts = {"ash", "",
                                          "b\xc3\xbc"
                                          "che"};
  const Bytes bytes = make_npy(texts);
  EXPECT_EQ(parse_npy_texts(bytes, "t").value(), texts);
  EXPECT_FALSE(parse_npy_texts(std::span(bytes).first(bytes.size() - 1), "t"));
  EXPECT_FALSE(parse_npy_texts(make_npy(Matrix(Matrix::Zero(2, 1))), "t"));
}

}  // namespace
}  // namespace blindfit::data
