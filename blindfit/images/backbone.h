// SPDX-License-Identifier: Apache-2.0
// A frozen network in ONNX that turns a picture into a row of features, run by OpenCV's dnn module.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "blindfit/base/csprng.h"
#include "blindfit/base/error.h"
#include "blindfit/images/preprocessing.h"

namespace blindfit::images {

struct BackboneOptions {
  /// The tensor that holds the features; empty: the model's only output.
  std::string output = {};
  /// The input's size; none: what the model declares, or 224 where it leaves that open.
  std::optional<InputSize> size = std::nullopt;
};

/// A model file, checked: it takes one picture of input_size() and gives features() numbers.
///
/// OpenCV guards its own invariants by exceptions, which become errors here, but it was not made
/// for hostile files: a backbone is code that its user trusts.
class Backbone {
 public:
  /// Reads the model and runs it once on zeros. Each message names the file. Errors: kIo,
  /// kTooLarge; those of read_onnx; kInvalidArgument for other inputs than one float picture of
  /// three channels, for several outputs without a choice or an unknown one, for an output that is
  /// no single row of numbers, and for operators or sizes that the model or OpenCV cannot run.
  static base::Result<Backbone> open(const std::filesystem::path& path,
                                     const BackboneOptions& options = {});

  [[nodiscard]] InputSize input_size() const noexcept { return size_; }
  [[nodiscard]] std::size_t features() const noexcept { return features_; }
  [[nodiscard]] const std::string& output() const noexcept { return output_; }
  [[nodiscard]] const std::string& source() const noexcept { return source_; }
  /// BLAKE2b-256 of the file.
  [[nodiscard]] const base::Digest& digest() const noexcept { return digest_; }

  /// One thread's copy of the network. Not safe to share; several may run at once.
  class Runner {
   public:
    Runner(Runner&&) noexcept;
    ~Runner();
    Runner& operator=(Runner&&) = delete;
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;

    /// Runs `input`, three planes of input_size(), into `out`, features() numbers. Errors:
    /// kInvalidArgument if the network refuses or a feature is not finite.
    base::Status run(std::span<const float> input, std::span<float> out);

   private:
    friend class Backbone;
    struct Network;
    explicit Runner(std::unique_ptr<Network> network);
    std::unique_ptr<Network> network_;
  };
  /// Parses the model again. Errors: as open.
  [[nodiscard]] base::Result<Runner> make_runner() const;

 private:
  Backbone() = default;

  std::string source_;
  std::string output_;
  InputSize size_;
  std::size_t features_ = 0;
  base::Digest digest_{};
  std::shared_ptr<const std::vector<std::uint8_t>> model_;  // with fixed ends
};

}  // namespace blindfit::images
