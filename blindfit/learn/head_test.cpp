// SPDX-License-Identifier: Apache-2.0
// Heads come back from their file, load in NumPy, and damaged files are refused.
#include "blindfit/learn/head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "blindfit/data/npy.h"
#include "blindfit/data/npz.h"
#include "blindfit/testing/temporary_folder.h"

namespace blindfit::learn {
namespace {

using base::ErrorCode;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

Head example() {
  return {(Matrix(3, 2) << 0.1, 2, -3, 4, 5, 1e-300).finished(), Eigen::Vector3d(1, -2, 0.5)};
}

TEST(Head, ComesBackFromItsFileBitByBit) {
  const TemporaryFolder folder;
  ASSERT_TRUE(save_head(example(), folder.path() / "head.npz"));
  const auto head = load_head(folder.path() / "head.npz");
  ASSERT_TRUE(head) << head.error().what();
  EXPECT_EQ(head->weights, example().weights);
  EXPECT_EQ(head->bias, example().bias);
}

TEST(Head, GivesLogitsOfPlainFeatures) {
  const Matrix z = logits(example(), (Matrix(1, 2) << 10, 1).finished());
  EXPECT_LT((z - (Matrix(1, 3) << 4, -28, 50.5).finished()).cwiseAbs().maxCoeff(), 1e-14);
  EXPECT_THROW(static_cast<void>(logits(example(), Matrix::Zero(1, 3))), base::Error);
}

TEST(MakeHead, TakesTheBiasFromTheFirstColumn) {
  data::FeatureTransform centre{data::TransformKind::kCentre, 2, Eigen::Vector2d(1, 2), {}, {}};
  const Matrix trained = (Matrix(1, 3) << 7, 3, 4).finished();
  const Head head = make_head(trained, centre);
  EXPECT_EQ(head.weights, (Matrix(1, 2) << 3, 4).finished());
  EXPECT_EQ(head.bias(0), 7 - 3 - 8);
  EXPECT_THROW(static_cast<void>(make_head(Matrix::Zero(1, 2), centre)), base::Error);
}

TEST(DesignMatrix, PutsOnesFirst) {
  EXPECT_EQ(design_matrix((Matrix(2, 1) << 5, 6).finished()),
            (Matrix(2, 2) << 1, 5, 1, 6).finished());
}

TEST(Head, IsReadByNumPy) {
  if (std::system("/usr/bin/python3 -c 'import numpy' 2>/dev/null") != 0) {
    GTEST_SKIP() << "/usr/bin/python3 has no numpy";
  }
  const TemporaryFolder folder;
  ASSERT_TRUE(save_head(example(), folder.path() / "head.npz"));
  const std::string check =
      "cd " + folder.path().string() +
      " && /usr/bin/python3 -c \"import numpy as n; h = n.load('head.npz');"
      " assert sorted(h.files) == ['bias', 'classes', 'weights'];"
      " z = n.array([10, 1]) @ h['weights'].T + h['bias'];"
      " assert abs(z - [4, -28, 50.5]).max() < 1e-13; assert h['classes'][z.argmax()] == 2\"";
  EXPECT_EQ(std::system(check.c_str()), 0);
}

TEST(LoadHead, NamesWhatIsWrong) {
  const TemporaryFolder folder;
  const auto refusal = [&](const data::NpzMembers& members) {
    const auto head = load_head(folder.write("bad.npz", data::make_npz(members)));
    EXPECT_FALSE(head);
    EXPECT_EQ(head.error().code(), ErrorCode::kMalformed);
    return std::string(head.error().what());
  };
  const std::vector<std::int64_t> in_order{0, 1, 2};
  const std::vector<std::int64_t> reversed{2, 1, 0};
  const data::NpzMembers good{{"weights", data::make_npy(example().weights)},
                              {"bias", data::make_npy(example().bias)},
                              {"classes", data::make_npy(in_order)}};
  data::NpzMembers bad = good;
  bad.erase("bias");
  EXPECT_THAT(refusal(bad), HasSubstr("no bias"));
  bad = good;
  bad["bias"] = data::make_npy(Eigen::VectorXd(Eigen::Vector2d(1, 2)));
  EXPECT_THAT(refusal(bad), HasSubstr("one entry per row"));
  bad = good;
  bad["classes"] = data::make_npy(reversed);
  EXPECT_THAT(refusal(bad), HasSubstr("in order"));
  bad = good;
  bad["weights"][0] = 0;
  EXPECT_THAT(refusal(bad), HasSubstr("member weights"));
  EXPECT_FALSE(load_head(folder.write("text.npz", "not a ZIP archive at all")));
  EXPECT_EQ(load_head(folder.path() / "none.npz").error().code(), ErrorCode::kIo);
}

TEST(Head, KeepsTheNamesOfItsClasses) {
  const testing::TemporaryFolder folder;
  Head named = example();
  named.names = {"ash", "beech", "rose"};
  ASSERT_TRUE(save_head(named, folder.path() / "head.npz"));
  EXPECT_EQ(load_head(folder.path() / "head.npz")->names, named.names);
  named.names.pop_back();
  ASSERT_TRUE(save_head(named, folder.path() / "head.npz"));
  EXPECT_FALSE(load_head(folder.path() / "head.npz"));
}

TEST(SaveHead, FailsCleanlyWhereItMayNotWrite) {
  const auto status = save_head(example(), "/nonexistent/folder/head.npz");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), ErrorCode::kIo);
}

}  // namespace
}  // namespace blindfit::learn
