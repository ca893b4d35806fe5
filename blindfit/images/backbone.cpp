// SPDX-License-Identifier: Apache-2.0
#include "blindfit/images/backbone.h"

#include <algorithm>
#include <cmath>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/dnn.hpp>
#include <utility>

#include "blindfit/base/atomic_file.h"
#include "blindfit/images/onnx_model.h"

namespace blindfit::images {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kMaxModelBytes = std::size_t{1} << 31;
constexpr int kUsualSide = 224;
constexpr std::int64_t kMaxSide = 4096;
constexpr std::size_t kMaxNames = 8;

Error unfit(const std::string& source, const std::string& rule, const std::string& seen) {
  return {ErrorCode::kInvalidArgument, source + ": " + rule + ": " + seen};
}

std::string extents_text(const std::vector<std::int64_t>& extents) {
  std::string text;
  for (const std::int64_t extent : extents) {
    text += (text.empty() ? "" : " x ") + (extent < 0 ? "?" : std::to_string(extent));
  }
  return text.empty() ? "a single number" : text;
}

std::string list(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMaxNames); ++i) {
    text += (i == 0 ? "" : ", ") + names[i];
  }
  return names.size() > kMaxNames ? text + ", ..." : text;
}

/// What OpenCV says, in one line.
std::string one_line(std::string text) {
  constexpr std::size_t kLongest = 400;
  std::replace(text.begin(), text.end(), '\n', ' ');
  text.erase(0, std::min(text.find_first_not_of("> "), text.size()));
  text.resize(std::min(text.size(), kLongest));
  while (!text.empty() && text.back() == ' ') {
    text.pop_back();
  }
  return text;
}

/// Runs `work`, whose cv::Exception becomes an error of the file.
template <typename Work>
auto guarded(const std::string& source, const std::string& rule, Work work)
    -> Result<decltype(work())> {
  try {
    return work();
  } catch (const cv::Exception& exception) {
    return unfit(source, rule, one_line(exception.err));
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& exception) {
    return unfit(source, rule, one_line(exception.what()));
  }
}

/// One thread a runner: the callers run several side by side.
void set_up_opencv() {
  cv::setNumThreads(1);
  cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
}

Result<InputSize> chosen_size(const OnnxModel& model, const std::string& source,
                              std::optional<InputSize> size) {
  if (model.inputs.size() != 1) {
    std::vector<std::string> names;
    for (const OnnxInput& input : model.inputs) {
      names.push_back(input.name);
    }
    return unfit(source,
                 "a backbone must have one input, the picture; export it without the others",
                 names.empty() ? "none" : list(names));
  }
  const OnnxInput& input = model.inputs[0];
  if (input.element_type != kOnnxFloat) {
    return unfit(source, "the input must be of type float; export the model in float32",
                 "type " + std::to_string(input.element_type) + " of ONNX");
  }
  const std::vector<std::int64_t>& extents = input.extents;
  if (extents.size() != 4 || extents[0] > 1 || (extents[1] != 3 && extents[1] != -1)) {
    return unfit(source,
                 "the input must be 1 x 3 x height x width, channels first; export the model so",
                 extents_text(extents));
  }
  if (size) {
    return *size;
  }
  const auto or_usual = [](std::int64_t extent) { return extent < 0 ? kUsualSide : extent; };
  if (extents[2] > kMaxSide || extents[3] > kMaxSide) {
    return unfit(source, "the input must be at most 4096 wide and high; give --size",
                 extents_text(extents));
  }
  return InputSize{static_cast<int>(or_usual(extents[3])), static_cast<int>(or_usual(extents[2]))};
}

Result<std::string> chosen_output(const OnnxModel& model, const std::string& source,
                                  const std::string& wanted) {
  if (wanted.empty()) {
    if (model.outputs.size() != 1) {
      return unfit(source, "of several outputs one must be chosen with --output",
                   model.outputs.empty() ? "none" : list(model.outputs));
    }
    return model.outputs[0];
  }
  const auto has = [&](const std::vector<std::string>& names) {
    return std::find(names.begin(), names.end(), wanted) != names.end();
  };
  if (!has(model.outputs) && !has(model.tensors)) {
    const std::size_t tail = std::min(model.tensors.size(), kMaxNames);
    return unfit(
        source,
        "--output must name an output or an inner tensor; the last ones are " +
            list({model.tensors.end() - static_cast<std::ptrdiff_t>(tail), model.tensors.end()}),
        wanted);
  }
  return wanted;
}

}  // namespace

struct Backbone::Runner::Network {
  cv::dnn::Net net;
  std::string source;
  std::string output;
  InputSize size;

  cv::Mat forward(std::span<const float> input) {
    const std::array<int, 4> extents{1, 3, size.height, size.width};
    const cv::Mat blob(4, extents.data(), CV_32F, const_cast<float*>(input.data()));
    net.setInput(blob);
    return net.forward(output);
  }
};

Backbone::Runner::Runner(std::unique_ptr<Network> network) : network_(std::move(network)) {}
Backbone::Runner::Runner(Runner&&) noexcept = default;
Backbone::Runner::~Runner() = default;

base::Status Backbone::Runner::run(std::span<const float> input, std::span<float> out) {
  const auto result = guarded(network_->source, "the model must run on its input",
                              [&] { return network_->forward(input); });
  if (!result) {
    return result.error();
  }
  const cv::Mat& features = *result;
  if (features.total() != out.size() || features.type() != CV_32F) {
    return unfit(network_->source, "the output must keep its shape from picture to picture",
                 std::to_string(features.total()));
  }
  std::copy_n(features.ptr<float>(), out.size(), out.begin());
  if (!std::all_of(out.begin(), out.end(), [](float value) { return std::isfinite(value); })) {
    return unfit(network_->source,
                 "features must be finite; check --preprocess against what the model was made for",
                 "NaN or infinity");
  }
  return base::kDone;
}

Result<Backbone::Runner> Backbone::make_runner() const {
  auto network = std::make_unique<Runner::Network>();
  network->source = source_;
  network->output = output_;
  network->size = size_;
  auto net = guarded(source_,
                     "OpenCV " CV_VERSION
                     " must know every operator of the model; export it again with opset 10 or by "
                     "tools/export_backbone.py (docs/backbones.md)",
                     [&] {
                       return cv::dnn::readNetFromONNX(
                           reinterpret_cast<const char*>(model_->data()), model_->size());
                     });
  if (!net) {
    return net.error();
  }
  network->net = std::move(net).value();
  network->net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
  return Runner(std::move(network));
}

Result<Backbone> Backbone::open(const std::filesystem::path& path, const BackboneOptions& options) {
  set_up_opencv();
  const auto bytes = base::read_file(path, kMaxModelBytes - 1);
  if (!bytes) {
    return bytes.error();
  }
  Backbone backbone;
  backbone.source_ = path.string();
  backbone.digest_ = base::blake2b(*bytes);
  const auto model = read_onnx(*bytes, backbone.source_);
  if (!model) {
    return model.error();
  }
  const auto size = chosen_size(*model, backbone.source_, options.size);
  const auto output = chosen_output(*model, backbone.source_, options.output);
  if (!size || !output) {
    return size ? output.error() : size.error();
  }
  backbone.size_ = *size;
  backbone.output_ = *output;
  backbone.model_ = std::make_shared<const Bytes>(
      with_fixed_ends(*bytes, *model, {1, 3, size->height, size->width}, *output));

  auto runner = backbone.make_runner();
  if (!runner) {
    return runner.error();
  }
  const std::string side = std::to_string(size->width) + " x " + std::to_string(size->height);
  const std::vector<float> zeros(size->values());
  const auto result =
      guarded(backbone.source_,
              "the model must run on pictures of " + side + " (it declares " +
                  extents_text(model->inputs[0].extents) + "); choose another --size or --output",
              [&] { return std::move(runner).value().network_->forward(zeros); });
  if (!result) {
    return result.error();
  }
  const std::vector<std::int64_t> extents(result->size.p, result->size.p + result->dims);
  if (result->type() != CV_32F || extents.empty() || result->total() == 0 ||
      static_cast<std::int64_t>(result->total()) !=
          *std::max_element(extents.begin(), extents.end())) {
    return unfit(backbone.source_,
                 "the output '" + *output +
                     "' must be one row of features for a picture; name a "
                     "tensor after the pooling with --output",
                 extents_text(extents));
  }
  backbone.features_ = result->total();
  return backbone;
}

}  // namespace blindfit::images
