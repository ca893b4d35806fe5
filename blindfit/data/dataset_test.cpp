// SPDX-License-Identifier: Apache-2.0
// Data sets are cut into the same parts everywhere, and inconsistent ones are refused.
#include "blindfit/data/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <utility>

namespace blindfit::data {
namespace {

using base::ErrorCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Row i holds (i, 10 i); labels follow `labels`.
Dataset numbered(std::vector<int> labels) {
  Matrix features(static_cast<Eigen::Index>(labels.size()), 2);
  for (Eigen::Index i = 0; i < features.rows(); ++i) {
    features.row(i) << static_cast<double>(i), 10.0 * static_cast<double>(i);
  }
  return make_dataset(features, std::move(labels), "numbered").value();
}

TEST(Dataset, CountsClassesFromTheLargestLabel) {
  EXPECT_EQ(numbered({0, 3, 1}).classes, 4);
  EXPECT_EQ(make_dataset(Matrix::Zero(3, 2), {}, "unlabelled").value().classes, 0);
}

TEST(Dataset, RefusesLabelsThatDoNotFit) {
  const auto counts = make_dataset(Matrix::Zero(3, 2), {0, 1}, "a.npy");
  ASSERT_FALSE(counts);
  EXPECT_EQ(counts.error().code(), ErrorCode::kMalformed);
  EXPECT_THAT(counts.error().what(), HasSubstr("a.npy"));
  EXPECT_THAT(counts.error().what(), HasSubstr("2 labels for 3 rows"));

  const auto negative = make_dataset(Matrix::Zero(2, 2), {0, -1}, "a.npy");
  ASSERT_FALSE(negative);
  EXPECT_THAT(negative.error().what(), HasSubstr(": -1"));

  const auto single = make_dataset(Matrix::Zero(2, 2), {4, 4}, "a.npy");
  ASSERT_FALSE(single);
  EXPECT_THAT(single.error().what(), HasSubstr("all labels are 4"));

  const auto many = make_dataset(Matrix::Zero(2, 2), {0, 1024}, "a.npy");
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().code(), ErrorCode::kTooLarge);
  EXPECT_THAT(many.error().what(), HasSubstr(": 1024"));
}

TEST(Dataset, AdmitsOneClassWhereTheLimitsSaySo) {
  Limits limits;
  limits.distinct_labels = 1;
  EXPECT_EQ(make_dataset(Matrix::Zero(2, 2), {4, 4}, "a", limits).value().classes, 5);
}

TEST(Slice, ReturnsTheNamedRowsAndKeepsTheClasses) {
  const Dataset part = slice(numbered({0, 3, 1, 2}), 1, 2);
  EXPECT_THAT(part.labels, ElementsAre(3, 1));
  EXPECT_EQ(part.features(1, 1), 20.0);
  EXPECT_EQ(part.classes, 4);
  EXPECT_EQ(head(numbered({0, 3, 1, 2}), 3).rows(), 3);
}

TEST(Slice, ThrowsBeyondTheEnd) {
  EXPECT_THROW(slice(numbered({0, 1}), 1, 2), base::Error);
  EXPECT_THROW(slice(numbered({0, 1}), -1, 1), base::Error);
  EXPECT_THROW(head(numbered({0, 1}), 3), base::Error);
  const std::vector<Eigen::Index> rows{2};
  EXPECT_THROW(select(numbered({0, 1}), rows), base::Error);
}

std::vector<int> uneven_labels() {
  std::vector<int> labels(23, 0);
  labels.insert(labels.end(), 11, 1);
  labels.insert(labels.end(), 7, 2);
  return labels;
}

TEST(StratifiedSplit, TakesTheSameShareOfEveryClass) {
  const Split split = stratified_split(numbered(uneven_labels()), 0.2, 7);
  EXPECT_EQ(split.train.rows() + split.test.rows(), 41);
  const auto count = [](const Dataset& part, int label) {
    return std::count(part.labels.begin(), part.labels.end(), label);
  };
  EXPECT_EQ(count(split.test, 0), 5);  // 4.6
  EXPECT_EQ(count(split.test, 1), 2);  // 2.2
  EXPECT_EQ(count(split.test, 2), 1);  // 1.4
}

TEST(StratifiedSplit, IsAPartitionInFileOrder) {
  const Split split = stratified_split(numbered(uneven_labels()), 0.3, 1);
  std::vector<double> seen;
  for (const Dataset* part : {&split.train, &split.test}) {
    for (Eigen::Index i = 0; i < part->rows(); ++i) {
      seen.push_back(part->features(i, 0));
      EXPECT_TRUE(i == 0 || part->features(i, 0) > part->features(i - 1, 0));
    }
  }
  std::sort(seen.begin(), seen.end());
  for (std::size_t i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(seen[i], static_cast<double>(i));
  }
}

TEST(StratifiedSplit, DependsOnTheSeedAlone) {
  const Dataset dataset = numbered(uneven_labels());
  const Split once = stratified_split(dataset, 0.2, 7);
  const Split again = stratified_split(dataset, 0.2, 7);
  const Split other = stratified_split(dataset, 0.2, 8);
  EXPECT_EQ(once.test.features, again.test.features);
  EXPECT_NE(once.test.features, other.test.features);
}

TEST(StratifiedSplit, ThrowsOnAShareOutsideTheUnitInterval) {
  EXPECT_THROW(stratified_split(numbered({0, 1}), 0.0, 1), base::Error);
  EXPECT_THROW(stratified_split(numbered({0, 1}), 1.0, 1), base::Error);
  Dataset unlabelled = numbered({0, 1});
  unlabelled.labels.clear();
  EXPECT_THROW(stratified_split(unlabelled, 0.5, 1), base::Error);
}

TEST(StratifiedFolds, AreLevelInSizeAndInEveryClass) {
  const std::vector<int> labels = uneven_labels();
  const std::vector<int> folds = stratified_folds(labels, 5, 3);
  std::vector<int> sizes(5, 0);
  std::vector<std::vector<int>> of_class(3, std::vector<int>(5, 0));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto fold = static_cast<std::size_t>(folds[i]);
    ++sizes[fold];
    ++of_class[static_cast<std::size_t>(labels[i])][fold];
  }
  of_class.push_back(sizes);
  for (const auto& counts : of_class) {
    const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
    EXPECT_LE(*most - *least, 1);
  }
}

TEST(Shuffled, KeepsRowsWithTheirLabelsInAnotherOrder) {
  const Dataset all = numbered(uneven_labels());
  const Dataset mixed = shuffled(all, 7);
  EXPECT_NE(mixed.features, all.features);
  EXPECT_EQ(shuffled(all, 7).features, mixed.features);
  EXPECT_NE(shuffled(all, 8).features, mixed.features);
  std::multiset<std::pair<double, int>> before;
  std::multiset<std::pair<double, int>> after;
  for (Eigen::Index i = 0; i < all.rows(); ++i) {
    before.emplace(all.features(i, 0), all.labels[static_cast<std::size_t>(i)]);
    after.emplace(mixed.features(i, 0), mixed.labels[static_cast<std::size_t>(i)]);
  }
  EXPECT_EQ(before, after);
}

TEST(WithClassNames, NumbersClassesAsAModelDoes) {
  Dataset named{Matrix::Zero(3, 1), {1, 0, 1}, 2, "named", {"ash", "rose"}};
  const std::vector<std::string> model = {"ash", "beech", "rose"};
  const auto renumbered = with_class_names(named, model);
  ASSERT_TRUE(renumbered);
  EXPECT_EQ(renumbered->labels, (std::vector<int>{2, 0, 2}));
  EXPECT_EQ(renumbered->classes, 3);
  EXPECT_EQ(renumbered->class_names, model);
  EXPECT_FALSE(with_class_names(named, {"ash", "beech"}));
  EXPECT_FALSE(with_class_names(named, {}));
  named.class_names.clear();
  EXPECT_FALSE(with_class_names(named, model));
  EXPECT_EQ(with_class_names(named, {})->labels, named.labels);
}

}  // namespace
}  // namespace blindfit::data
