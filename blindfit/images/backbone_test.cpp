// SPDX-License-Identifier: Apache-2.0
#include "blindfit/images/backbone.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "blindfit/base/atomic_file.h"
#include "blindfit/images/onnx_fixture.h"

namespace blindfit::images {
namespace {

using base::ErrorCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class BackboneTest : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  base::Result<Backbone> open(const fixture::Model& model, const BackboneOptions& options = {}) {
    EXPECT_TRUE(base::write_file(path_, fixture::bytes_of(model)));
    return Backbone::open(path_, options);
  }
  /// The message of a model that must be refused; it names the file.
  std::string refusal(const fixture::Model& model, const BackboneOptions& options = {}) {
    const auto backbone = open(model, options);
    EXPECT_FALSE(backbone);
    const std::string message = backbone ? "" : backbone.error().what();
    EXPECT_THAT(message, ::testing::StartsWith(path_.string()));
    return message;
  }

  std::filesystem::path folder_ =
      std::filesystem::path(::testing::TempDir()) /
      ("backbone-" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
  std::filesystem::path path_ = folder_ / "model.onnx";
};

std::vector<float> run(const Backbone& backbone, const std::vector<float>& input) {
  std::vector<float> out(backbone.features());
  auto runner = backbone.make_runner().value();
  EXPECT_TRUE(runner.run(input, out));
  return out;
}

TEST_F(BackboneTest, ComputesWhatTheModelSays) {
  const auto backbone = open({});
  ASSERT_TRUE(backbone) << backbone.error().what();
  EXPECT_EQ(backbone->features(), 3U);
  EXPECT_EQ(backbone->input_size().width, 4);
  EXPECT_EQ(backbone->output(), "features");
  std::vector<float> input(48, 0.0F);
  input[0] = 16;                                      // first channel: mean 1
  std::fill(input.begin() + 32, input.end(), -2.0F);  // third channel
  EXPECT_THAT(run(*backbone, input), ElementsAre(1, 0, -2));
}

TEST_F(BackboneTest, TakesAnotherSizeAndAnInnerTensor) {
  const auto backbone = open({}, {.output = "pooled", .size = InputSize{6, 2}});
  ASSERT_TRUE(backbone) << backbone.error().what();
  EXPECT_EQ(backbone->features(), 3U);
  EXPECT_THAT(run(*backbone, std::vector<float>(36, 5)), ElementsAre(5, 5, 5));
}

TEST_F(BackboneTest, SettlesOpenAxes) {
  const auto backbone = open({.inputs = {{"data", 1, {-1, 3, -1, -1}}}});
  ASSERT_TRUE(backbone) << backbone.error().what();
  EXPECT_EQ(backbone->input_size().width, 224);
  EXPECT_EQ(backbone->input_size().height, 224);
}

TEST_F(BackboneTest, ChoosesAmongSeveralOutputsOnlyWhenTold) {
  fixture::Model model;
  model.outputs.push_back({"pooled", 1, {1, 3, 1, 1}});
  EXPECT_THAT(refusal(model), HasSubstr("--output: features, pooled"));
  EXPECT_TRUE(open(model, {.output = "features"}));
  EXPECT_THAT(refusal(model, {.output = "logits"}), HasSubstr("logits"));
}

TEST_F(BackboneTest, RefusesOtherInputsThanOnePicture) {
  EXPECT_THAT(refusal({.inputs = {{}, {"mask", 1, {1}}}}), HasSubstr("data, mask"));
  EXPECT_THAT(refusal({.inputs = {{"data", 10, {1, 3, 4, 4}}}}), HasSubstr("type 10"));
  EXPECT_THAT(refusal({.inputs = {{"data", 1, {1, 4, 4, 3}}}}), HasSubstr("1 x 4 x 4 x 3"));
  EXPECT_THAT(refusal({.inputs = {{"data", 1, {1, 784}}}}), HasSubstr("1 x 784"));
  EXPECT_THAT(refusal({.inputs = {{"data", 1, {8, 3, 4, 4}}}}), HasSubstr("8 x 3 x 4 x 4"));
}

TEST_F(BackboneTest, RefusesAnOutputThatIsNoRow) {
  const fixture::Model model{.outputs = {{"map", 1, {1, 3, 4, 4}}},
                             .nodes = {{"Relu", {"data"}, "map"}}};
  EXPECT_THAT(refusal(model), HasSubstr("1 x 3 x 4 x 4"));
}

TEST_F(BackboneTest, NamesOperatorsThatTheLibraryDoesNotKnow) {
  const fixture::Model model{.nodes = {{"Frobnicate", {"data"}, "features"}}};
  EXPECT_THAT(refusal(model), HasSubstr("Frobnicate"));
}

TEST_F(BackboneTest, RefusesNodesWithoutTheirInputs) {
  EXPECT_FALSE(open({.nodes = {{"Relu", {"missing"}, "features"}}}));
  EXPECT_FALSE(open({.nodes = {{"Conv", {"data"}, "features"}}}));
}

TEST_F(BackboneTest, RefusesFeaturesThatAreNotFinite) {
  const fixture::Model model{.nodes = {{"Mul", {"data", "huge"}, "scaled"},
                                       {"GlobalAveragePool", {"scaled"}, "pooled"},
                                       {"Flatten", {"pooled"}, "features"}},
                             .constant = "huge",
                             .values = {1e30F, 1e30F, 1e30F}};
  const auto backbone = open(model);
  ASSERT_TRUE(backbone) << backbone.error().what();
  std::vector<float> out(3);
  auto runner = backbone->make_runner().value();
  EXPECT_TRUE(runner.run(std::vector<float>(48, 1), out));
  const auto status = runner.run(std::vector<float>(48, 1e20F), out);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().what(), HasSubstr("finite"));
}

TEST_F(BackboneTest, SurvivesDamagedFiles) {
  const Bytes whole = fixture::bytes_of({.constant = "weights"});
  for (std::size_t i = 0; i < whole.size(); ++i) {
    Bytes damaged = whole;
    damaged[i] ^= 0x21;
    ASSERT_TRUE(base::write_file(path_, damaged));
    const auto backbone = Backbone::open(path_);
    if (!backbone) {
      EXPECT_THAT(backbone.error().what(), HasSubstr("model.onnx"));
    }
  }
}

TEST_F(BackboneTest, SaysThatAFileIsMissing) {
  const auto backbone = Backbone::open(folder_ / "none.onnx");
  ASSERT_FALSE(backbone);
  EXPECT_EQ(backbone.error().code(), ErrorCode::kIo);
}

}  // namespace
}  // namespace blindfit::images
