// SPDX-License-Identifier: Apache-2.0
// The name of a file chooses its reader; the data folder is looked up in a fixed order.
#include "blindfit/data/open_dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "blindfit/data/digits.h"
#include "blindfit/data/npy.h"
#include "blindfit/testing/temporary_folder.h"

namespace blindfit::data {
namespace {

using base::ErrorCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

const Matrix kFeatures = (Matrix(3, 2) << 1, 2, 3, 4, 5, 6).finished();
const Bytes kIdxLabels{0, 0, 8, 1, 0, 0, 0, 3, 1, 0, 1};

TEST(OpenDataset, JoinsFeaturesWithLabelsOfASecondFile) {
  const TemporaryFolder folder;
  const std::vector<std::int64_t> integers{1, 0, 1};
  const auto npy = folder.write("x.npy", make_npy(kFeatures));
  const auto text = folder.write("x.csv", "1,2\n3,4\n5,6\n");
  const auto idx =
      folder.write("x-idx2-ubyte", Bytes{0, 0, 8, 2, 0, 0, 0, 3, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6});
  const std::vector<std::filesystem::path> label_files{folder.write("y-idx1-ubyte", kIdxLabels),
                                                       folder.write("y.npy", make_npy(integers)),
                                                       folder.write("y.txt", "1\n0\n1\n")};
  for (const auto& features : {npy, text, idx}) {
    for (const auto& labels : label_files) {
      OpenOptions options;
      options.labels = labels;
      const auto dataset = open_dataset(features, options);
      ASSERT_TRUE(dataset) << dataset.error().what();
      EXPECT_EQ(dataset->features, kFeatures);
      EXPECT_THAT(dataset->labels, ElementsAre(1, 0, 1));
    }
  }
}

TEST(OpenDataset, TakesLabelsFromTheTableWithoutASecondFile) {
  const TemporaryFolder folder;
  EXPECT_THAT(open_dataset(folder.write("x.csv", "1,2\n0,4\n"))->labels, ElementsAre(1, 0));
  EXPECT_TRUE(open_dataset(folder.write("x.npy", make_npy(kFeatures)))->labels.empty());
}

TEST(OpenDataset, RefusesUnknownNamesAndLabelsThatDoNotFit) {
  const TemporaryFolder folder;
  const auto unknown = open_dataset(folder.write("x.bin", "?"));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(unknown.error().what(), HasSubstr("x.bin"));

  const auto features = folder.write("x.npy", make_npy(kFeatures));
  OpenOptions options;
  for (const char* text : {"1\n0\n", "1,0\n0,1\n1,1\n", "1\n0\n0.5\n", "1\n0\n-2\n"}) {
    options.labels = folder.write("y.csv", text);
    EXPECT_FALSE(open_dataset(features, options)) << text;
  }
  options.labels = folder.path() / "absent.npy";
  EXPECT_EQ(open_dataset(features, options).error().code(), ErrorCode::kIo);
  EXPECT_EQ(open_dataset(folder.path() / "absent.npy").error().code(), ErrorCode::kIo);
}

/// Sets or removes BLINDFIT_DATA and puts the old value back.
class ScopedVariable {
 public:
  explicit ScopedVariable(const char* value) {
    if (const char* old = std::getenv(kName)) {
      old_ = old;
    }
    set(value);
  }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;
  ~ScopedVariable() { set(old_ ? old_->c_str() : nullptr); }

 private:
  static constexpr const char* kName = "BLINDFIT_DATA";
  static void set(const char* value) {
    if (value != nullptr) {
      ::setenv(kName, value, 1);
    } else {
      ::unsetenv(kName);
    }
  }
  std::optional<std::string> old_;
};

TEST(FindDataDirectory, PrefersTheFlagThenTheVariableThenTheNeighbour) {
  const TemporaryFolder folder;
  const auto flag = folder.path() / "flag";
  const auto variable = folder.path() / "variable";
  const auto start = folder.path() / "checkout";
  const auto neighbour = folder.path() / "shared" / "data";
  for (const auto& path : {flag, variable, start, neighbour}) {
    std::filesystem::create_directories(path);
  }
  {
    const ScopedVariable set(variable.c_str());
    EXPECT_EQ(find_data_directory(flag, start).value(), flag);
    EXPECT_EQ(find_data_directory(std::nullopt, start).value(), variable);
  }
  const ScopedVariable unset(nullptr);
  EXPECT_EQ(find_data_directory(std::nullopt, start).value(), neighbour);
}

TEST(FindDataDirectory, SaysWhichOfThemDoesNotExist) {
  const TemporaryFolder folder;
  const ScopedVariable set((folder.path() / "gone").c_str());
  const auto from_variable = find_data_directory(std::nullopt, folder.path());
  ASSERT_FALSE(from_variable);
  EXPECT_THAT(from_variable.error().what(), HasSubstr("from BLINDFIT_DATA"));
  const auto from_flag = find_data_directory(folder.path() / "none", folder.path());
  ASSERT_FALSE(from_flag);
  EXPECT_EQ(from_flag.error().code(), ErrorCode::kIo);
  EXPECT_THAT(from_flag.error().what(), HasSubstr("from --data"));
}

TEST(EmbeddedDigits, HaveTheShapeAndClassCountsOfTheSource) {
  const Dataset digits = embedded_digits();
  EXPECT_EQ(digits.rows(), 1797);
  EXPECT_EQ(digits.columns(), 64);
  EXPECT_EQ(digits.classes, 10);
  EXPECT_EQ(digits.features.minCoeff(), 0.0);
  EXPECT_EQ(digits.features.maxCoeff(), 16.0);
  std::vector<int> counts(10, 0);
  for (const int label : digits.labels) {
    ++counts[static_cast<std::size_t>(label)];
  }
  EXPECT_THAT(counts, ElementsAre(178, 182, 177, 183, 181, 182, 181, 179, 174, 180));
  EXPECT_THAT(std::vector<double>(digits.features.data(), digits.features.data() + 8),
              ElementsAre(0, 0, 5, 13, 9, 1, 0, 0));
}

}  // namespace
}  // namespace blindfit::data
