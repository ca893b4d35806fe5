// SPDX-License-Identifier: Apache-2.0
#include "blindfit/images/onnx_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "blindfit/images/onnx_fixture.h"

namespace blindfit::images {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

OnnxModel read(const fixture::Model& model) {
  return read_onnx(fixture::bytes_of(model), "x").value();
}

TEST(ProtobufReader, WalksOverEveryKindOfField) {
  Bytes message;
  append_number(message, 1, 300);
  append_text(message, 2, "text");
  message.insert(message.end(), {0x1d, 1, 0, 0, 0});              // field 3, four bytes
  message.insert(message.end(), {0x21, 2, 0, 0, 0, 0, 0, 0, 1});  // field 4, eight bytes
  ProtobufReader reader(message);
  ProtobufField field;
  ASSERT_TRUE(reader.next(field));
  EXPECT_EQ(field.value, 300U);
  EXPECT_EQ(field.whole.size(), 3U);
  ASSERT_TRUE(reader.next(field));
  EXPECT_TRUE(field.is_bytes);
  EXPECT_EQ(field.text(), "text");
  ASSERT_TRUE(reader.next(field));
  EXPECT_EQ(field.value, 1U);
  ASSERT_TRUE(reader.next(field));
  EXPECT_EQ(field.value, (std::uint64_t{1} << 56) + 2);
  EXPECT_FALSE(reader.next(field));
  EXPECT_FALSE(reader.failed());
}

TEST(ProtobufReader, StopsAtWhatIsNoField) {
  for (const Bytes& message :
       {Bytes{0x0a, 5, 'x'}, Bytes{0x08}, Bytes{0x0b}, Bytes{0x00, 1}, Bytes(11, 0xff),
        Bytes{0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}}) {
    ProtobufReader reader(message);
    ProtobufField field;
    EXPECT_FALSE(reader.next(field));
    EXPECT_TRUE(reader.failed());
    EXPECT_FALSE(reader.next(field));
  }
}

TEST(OnnxModel, ListsInputsOutputsAndTensors) {
  const OnnxModel model = read({.inputs = {{"data", 1, {-1, 3, -1, 7}}, {"more", 7, {}}}});
  ASSERT_EQ(model.inputs.size(), 2U);
  EXPECT_EQ(model.inputs[0].name, "data");
  EXPECT_EQ(model.inputs[0].element_type, kOnnxFloat);
  EXPECT_THAT(model.inputs[0].extents, ElementsAre(-1, 3, -1, 7));
  EXPECT_EQ(model.inputs[1].element_type, 7);
  EXPECT_THAT(model.outputs, ElementsAre("features"));
  EXPECT_THAT(model.tensors, ElementsAre("pooled", "features"));
}

TEST(OnnxModel, DoesNotTakeAnInitializerForAnInput) {
  const OnnxModel model =
      read({.inputs = {{}, {"weights", 1, {1, 3, 1, 1}}}, .constant = "weights"});
  ASSERT_EQ(model.inputs.size(), 1U);
  EXPECT_EQ(model.inputs[0].name, "data");
}

TEST(OnnxModel, RefusesWhatIsNoWholeModel) {
  const Bytes whole = fixture::bytes_of({.constant = "weights"});
  ASSERT_TRUE(read_onnx(whole, "x"));
  // Without its last field, the operator set, it is whole again.
  const std::size_t opset = whole.size() - 4;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_EQ(read_onnx(std::span(whole).first(length), "x").ok(), length == opset) << length;
  }
  EXPECT_FALSE(read_onnx(fixture::bytes_of({.nodes = {}}), "x"));
  const auto external = read_onnx(fixture::bytes_of({.constant = "w", .external = true}), "m.onnx");
  ASSERT_FALSE(external);
  EXPECT_THAT(external.error().what(), HasSubstr("m.onnx: "));
  EXPECT_THAT(external.error().what(), HasSubstr("external data"));
}

TEST(OnnxModel, RefusesAConstantOfAnotherSize) {
  const fixture::Model model{.constant = "weights", .values = {1, 2, 3, 4}};
  const Bytes whole = fixture::bytes_of(model);
  // The second extent, between the first and the third, which are one.
  const Bytes extents = {0x08, 1, 0x08, 4, 0x08, 1, 0x08, 1};
  const auto at = std::search(whole.begin(), whole.end(), extents.begin(), extents.end());
  ASSERT_NE(at, whole.end());
  for (const std::uint8_t wrong : Bytes{3, 5, 127}) {
    Bytes bytes = whole;
    bytes[static_cast<std::size_t>(at - whole.begin()) + 3] = wrong;
    EXPECT_FALSE(read_onnx(bytes, "x")) << int{wrong};
  }
  EXPECT_TRUE(read_onnx(whole, "x"));
}

TEST(OnnxModel, FixesItsEndsAndKeepsTheRest) {
  const fixture::Model original{.inputs = {{"data", 1, {-1, 3, -1, -1}}, {"weights", 1, {3}}},
                                .outputs = {{"features", 1, {-1, 3}}, {"other", 1, {-1}}},
                                .constant = "weights"};
  const Bytes bytes = fixture::bytes_of(original);
  const Bytes fixed = with_fixed_ends(bytes, *read_onnx(bytes, "x"), {1, 3, 20, 10}, "pooled");
  const OnnxModel model = read_onnx(fixed, "x").value();
  ASSERT_EQ(model.inputs.size(), 1U);
  EXPECT_THAT(model.inputs[0].extents, ElementsAre(1, 3, 20, 10));
  EXPECT_THAT(model.outputs, ElementsAre("pooled"));
  EXPECT_THAT(model.tensors, ElementsAre("pooled", "features"));
}

}  // namespace
}  // namespace blindfit::images
