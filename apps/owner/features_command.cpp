// SPDX-License-Identifier: Apache-2.0
// `blindfit features`: images through a frozen backbone, on the owner's machine.
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "apps/owner/commands.h"
#include "apps/owner/images/feature_files.h"
#include "apps/owner/images/feature_job.h"
#include "apps/owner/images/preprocessing_file.h"
#include "apps/program/console.h"
#include "apps/program/exit_code.h"
#include "apps/program/quantities.h"

namespace blindfit::commands {
namespace {

using base::Error;
using base::ErrorCode;
using nlohmann::json;
namespace fs = std::filesystem;

constexpr int kMaxSide = 4096;

struct Flags {
  program::CommonOptions common;
  std::string backbone;
  std::string output;
  std::string images;
  std::string labels;
  std::string out;
  std::string preprocess = "imagenet";
  std::string like;
  int size = 0;
  std::size_t limit = 0;
  double hold_out = 0;
  bool skip_bad = false;
};

std::string hexadecimal(const base::Digest& digest) {
  std::string text;
  for (const std::uint8_t byte : digest) {
    text += fmt::format("{:02x}", byte);
  }
  return text;
}

/// What is settled before the first picture.
struct Setup {
  images::Backbone backbone;
  images::Preprocessing preprocessing;
  std::unique_ptr<images::ImageSource> source;
};

/// A path that does not exist or cannot be written is found out before hours of work.
void check_targets(const features::FeatureFiles& files) {
  for (const fs::path& path : {files.features, files.labels, files.names, files.record}) {
    program::check_target(path);
  }
  const fs::path folder = files.features.has_parent_path() ? files.features.parent_path() : ".";
  if (!fs::is_directory(folder)) {
    throw Error(ErrorCode::kIo, fmt::format("the folder of --out must exist: {}", folder.string()));
  }
}

/// Pictures and models are input, not files of ours: what is wrong inside them is the user's data.
template <typename T>
T input_or_throw(base::Result<T> result) {
  if (result || result.error().code() == ErrorCode::kIo) {
    return program::value_or_throw(std::move(result));
  }
  throw Error(ErrorCode::kInvalidArgument, result.error().what());
}

Setup set_up(const Flags& flags) {
  images::BackboneOptions options;
  images::SourceOptions source;
  images::Preprocessing preprocessing;
  std::string digest;
  if (flags.like.empty()) {
    preprocessing = features::find_preprocessing(flags.preprocess);
    options.output = flags.output;
    if (flags.size != 0) {
      options.size = images::InputSize{flags.size, flags.size};
    }
  } else {
    features::EarlierChoices earlier = features::read_record(flags.like);
    preprocessing = earlier.preprocessing;
    options.output = earlier.output;
    options.size = earlier.size;
    source.classes = std::move(earlier.classes);
    digest = earlier.digest;
  }
  auto backbone = input_or_throw(images::Backbone::open(flags.backbone, options));
  if (!digest.empty() && hexadecimal(backbone.digest()) != digest) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("{}: --backbone must be the model of {}, byte by byte: another one",
                            flags.backbone, flags.like));
  }
  source.limit = flags.limit;
  if (!flags.labels.empty()) {
    source.labels = flags.labels;
  }
  return {std::move(backbone), preprocessing,
          input_or_throw(images::open_images(flags.images, source))};
}

features::FeatureTable make_table(const features::JobOutcome& outcome,
                                  const images::ImageSource& source, bool with_names) {
  features::FeatureTable table;
  table.rows = outcome.rows;
  for (const std::size_t index : outcome.indices) {
    if (!source.labels().empty()) {
      table.labels.push_back(source.labels()[index]);
    }
    if (with_names) {
      table.names.push_back(source.name(index));
    }
  }
  return table;
}

json make_record(const Flags& flags, const Setup& setup, const features::JobOutcome& outcome) {
  json skipped = json::array();
  for (const images::BadImage& image : outcome.skipped) {
    skipped.push_back(image.reason.what());
  }
  const images::Backbone& backbone = setup.backbone;
  return {{"format", "blindfit features 1"},
          {"backbone",
           {{"file", fs::path(flags.backbone).filename().string()},
            {"blake2b", hexadecimal(backbone.digest())},
            {"output", backbone.output()},
            {"width", backbone.input_size().width},
            {"height", backbone.input_size().height}}},
          {"preprocessing", features::to_json(setup.preprocessing)},
          {"images", flags.images},
          {"features", backbone.features()},
          {"classes", setup.source->classes()},
          {"skipped", skipped}};
}

void write_part(const features::FeatureFiles& files, const features::FeatureTable& table,
                json record) {
  record["rows"] = table.rows.rows();
  features::write_features(files, table, record);
}

/// Returns the count of rows held out.
std::size_t write_all(const Flags& flags, const features::FeatureFiles& files,
                      const features::FeatureTable& table, const json& record) {
  if (flags.hold_out == 0) {
    write_part(files, table, record);
    return 0;
  }
  const features::RowSplit split = features::split_rows(table.labels, flags.hold_out);
  write_part(files.held_out(), features::select_rows(table, split.heldout), record);
  write_part(files, features::select_rows(table, split.train), record);
  return split.heldout.size();
}

void report(const program::Console& console, const features::FeatureFiles& files,
            const Setup& setup, const features::JobOutcome& outcome, std::size_t heldout,
            std::size_t threads) {
  const images::Backbone& backbone = setup.backbone;
  console.print("wrote '{}': {} images x {} features\n", files.features.string(),
                program::format_count(outcome.indices.size() - heldout), backbone.features());
  if (heldout != 0) {
    console.row("held out", fmt::format("{} images, in '{}'", program::format_count(heldout),
                                        files.held_out().features.string()));
  }
  console.row("input",
              fmt::format("{} x {} pixels; features from '{}'", backbone.input_size().width,
                          backbone.input_size().height, backbone.output()));
  if (!setup.source->labels().empty()) {
    const std::size_t named = setup.source->classes().size();
    console.row("labels", fmt::format("'{}'{}", files.labels.string(),
                                      named == 0 ? "" : fmt::format(", {} classes", named)));
  }
  console.row("speed",
              fmt::format("{:.0f} images/s on {} threads", outcome.images_per_second(), threads));
  if (outcome.resumed != 0) {
    console.row("from an earlier run", program::format_count(outcome.resumed) + " images");
  }
  if (!outcome.skipped.empty()) {
    console.row("skipped",
                fmt::format("{} that cannot be used, listed in '{}'",
                            program::format_count(outcome.skipped.size()), files.record.string()));
  }
}

void run(const Flags& flags) {
  const program::Console console(flags.common);
  const features::FeatureFiles files(flags.out);
  check_targets(files);
  if (flags.hold_out != 0) {
    check_targets(files.held_out());
  }
  const Setup setup = set_up(flags);
  if (flags.hold_out != 0) {
    (void)features::split_rows(setup.source->labels(), flags.hold_out);
  }
  base::ThreadPool pool(flags.common.threads);
  const features::JobOptions options{files.partial, flags.skip_bad};
  const features::JobOutcome outcome =
      features::run_job(*setup.source, setup.backbone, setup.preprocessing, options, pool);
  const json record = make_record(flags, setup, outcome);
  const auto table = make_table(outcome, *setup.source, fs::is_directory(flags.images));
  const std::size_t heldout = write_all(flags, files, table, record);
  features::forget_chunks(options, setup.source->size());
  report(console, files, setup, outcome, heldout, pool.threads());
  console.write_json({{"rows", outcome.indices.size() - heldout},
                      {"heldout_rows", heldout},
                      {"features", setup.backbone.features()},
                      {"classes", setup.source->classes()},
                      {"skipped", outcome.skipped.size()},
                      {"resumed", outcome.resumed},
                      {"seconds", outcome.seconds},
                      {"images_per_second", outcome.images_per_second()},
                      {"threads", pool.threads()}});
}

void add_input_flags(CLI::App& command, Flags& flags) {
  command
      .add_option("--backbone", flags.backbone,
                  "Frozen network without its classifier (docs/backbones.md lists some)")
      ->required()
      ->type_name("MODEL.onnx");
  command
      .add_option("--images", flags.images,
                  "Folder of class folders of PNG or JPEG files, or such files alone, or an array "
                  "of images: IDX or .npy, also as .gz")
      ->required()
      ->type_name("PATH");
  command.add_option("--labels", flags.labels, "Labels of an array of images: IDX or .npy")
      ->type_name("FILE");
  command
      .add_option("--limit", flags.limit,
                  "Use at most this many images; class folders take turns, so all are in")
      ->type_name("N")
      ->check(program::at_least(1));
  command.add_flag("--skip-bad", flags.skip_bad,
                   "Go on without images that cannot be used, and list them");
}

void add_network_flags(CLI::App& command, Flags& flags) {
  auto* output = command
                     .add_option("--output", flags.output,
                                 "Tensor that holds the features (default: the model's output)")
                     ->type_name("NODE");
  auto* size =
      command
          .add_option("--size", flags.size,
                      "Side of the square that images are resized to (default: the model's own, "
                      "or 224)")
          ->type_name("PIXELS")
          ->check(CLI::Range(1, kMaxSide));
  auto* preprocess = command
                         .add_option("--preprocess", flags.preprocess,
                                     "imagenet, unit, caffe, none, or a .json file "
                                     "(docs/backbones.md)")
                         ->type_name("NAME|FILE")
                         ->capture_default_str();
  command
      .add_option("--like", flags.like,
                  "Take size, output, preprocessing and classes from the .json of earlier features")
      ->type_name("FILE.json")
      ->excludes(output)
      ->excludes(size)
      ->excludes(preprocess);
}

}  // namespace

void add_features_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "features",
      "Turn images into features with a frozen network, here, in the clear. Goes on where an "
      "interrupted run stopped");
  const auto flags = std::make_shared<Flags>();
  add_input_flags(*command, *flags);
  add_network_flags(*command, *flags);
  command
      ->add_option("--out", flags->out,
                   "The features; labels, file names and a record are written beside them")
      ->required()
      ->type_name("FILE.npy");
  command
      ->add_option("--hold-out", flags->hold_out,
                   "Put this share of every class into FILE.heldout.npy, to judge the head by")
      ->type_name("SHARE")
      ->check(CLI::Range(0.0, 1.0));
  program::add_threads_option(*command, flags->common);
  program::add_json_option(*command, flags->common);
  command->callback([flags] { run(*flags); });
}

}  // namespace blindfit::commands
