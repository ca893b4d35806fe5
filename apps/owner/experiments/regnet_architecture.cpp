// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/experiments/regnet_architecture.h"

#include <fmt/core.h>

#include <chrono>

#include "apps/program/exit_code.h"
#include "apps/program/machine.h"
#include "apps/program/staged_directory.h"
#include "apps/program/subprocess.h"
#include "blindfit/data/npy.h"
#include "blindfit/images/extraction.h"

namespace blindfit::experiments {
namespace {

namespace fs = std::filesystem;

/// The source tree: that of build/<preset>/blindfit, or the working directory.
fs::path source_tree(const fs::path& script) {
  const fs::path built = fs::read_symlink("/proc/self/exe").parent_path() / ".." / "..";
  for (const fs::path& tree : {built, fs::current_path()}) {
    if (fs::exists(tree / script)) {
      return fs::canonical(tree);
    }
  }
  throw base::Error(
      base::ErrorCode::kIo,
      fmt::format("cannot find '{}'; run this in blindfit's source tree", script.string()));
}

/// Writes regnet.onnx, images.npy and reference.npy into `folder`.
void make_reference(const fs::path& folder) {
  const fs::path script = fs::path("tools") / "regnet_architecture.py";
  const fs::path tree = source_tree(script);
  const fs::path environment = tree / "build" / "onnx-venv" / "bin" / "python3";
  (void)program::run_or_throw(
      {.program = fs::exists(environment) ? environment : fs::path("/usr/bin/python3"),
       .arguments = {(tree / script).string(), "--out", folder.string()},
       .directory = tree,
       .silent = true});
}

/// The largest difference in a column over the column's largest value.
double largest_difference(const data::Matrix& seen, const data::Matrix& expected) {
  const Eigen::RowVectorXd difference = (seen - expected).cwiseAbs().colwise().maxCoeff();
  const Eigen::RowVectorXd largest = expected.cwiseAbs().colwise().maxCoeff();
  // A feature that is zero on all images must be zero here, too.
  return (difference.array() / largest.array().max(1e-9)).maxCoeff();
}

}  // namespace

nlohmann::json run_regnet_experiment(const RegnetOptions& options) {
  const fs::path parent = options.scratch.empty() ? fs::temp_directory_path() : options.scratch;
  const program::StagedDirectory folder(parent / "blindfit-regnet", fs::perms::owner_all,
                                        "choose another --scratch");
  make_reference(folder.path());
  const auto backbone =
      program::value_or_throw(images::Backbone::open(folder.path() / "regnet.onnx"));
  const auto source =
      program::value_or_throw(images::open_image_array(folder.path() / "images.npy"));
  const data::Matrix reference =
      program::value_or_throw(data::read_npy_matrix(folder.path() / "reference.npy"));
  base::ThreadPool pool(options.threads);
  auto extractor = program::value_or_throw(images::Extractor::make(
      backbone, program::value_or_throw(images::named_preprocessing("imagenet")), pool));
  const auto start = std::chrono::steady_clock::now();
  const auto features = extractor.extract(*source, 0, source->size(), [] {});
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return {{"experiment", kRegnetName},
          {"images", source->size()},
          {"size", backbone.input_size().width},
          {"features", backbone.features()},
          {"max_relative_error", largest_difference(features.rows.cast<double>(), reference)},
          {"images_per_second", static_cast<double>(source->size()) / seconds},
          {"threads", pool.threads()},
          {"cpu", program::cpu_name()}};
}

}  // namespace blindfit::experiments
