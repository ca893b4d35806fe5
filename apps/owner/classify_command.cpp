// SPDX-License-Identifier: Apache-2.0
// `blindfit classify`: opens the cloud's logits of a query.
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "apps/owner/commands.h"
#include "apps/owner/data_flags.h"
#include "apps/owner/journey/logits.h"
#include "apps/owner/journey/query.h"
#include "apps/owner/passphrase_flags.h"
#include "apps/program/console.h"
#include "apps/program/exit_code.h"
#include "apps/program/quantities.h"
#include "blindfit/base/atomic_file.h"
#include "blindfit/learn/loss.h"

namespace blindfit::commands {
namespace {

using base::Error;
using base::ErrorCode;

struct Flags {
  program::CommonOptions common;
  PassphraseFlags passphrase;
  DataFlags data;
  std::string keys;
  std::string query;
  std::string logits;
  std::string out;
};

/// A text that CSV readers take as one field.
std::string quoted(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) {
    text += c == '"' ? "\"\"" : std::string(1, c);
  }
  return text + '"';
}

/// A line a row: its number from 1, its class, the class's name if there are names, its logits.
std::string table_of(const data::Matrix& logits, const std::vector<int>& classes,
                     const std::vector<std::string>& names) {
  std::string text = names.empty() ? "row,class" : "row,class,name";
  for (Eigen::Index k = 0; k < logits.cols(); ++k) {
    text += fmt::format(",logit_{}", k);
  }
  text += '\n';
  for (std::size_t i = 0; i < classes.size(); ++i) {
    text += fmt::format("{},{}", i + 1, classes[i]);
    if (!names.empty()) {
      text += ',' + quoted(names[static_cast<std::size_t>(classes[i])]);
    }
    for (Eigen::Index k = 0; k < logits.cols(); ++k) {
      text += fmt::format(",{:.6g}", logits(static_cast<Eigen::Index>(i), k));
    }
    text += '\n';
  }
  return text;
}

/// Against the labels of the same rows, if they were given.
std::optional<double> accuracy(const Flags& flags, const std::vector<std::string>& names,
                               const data::Matrix& logits) {
  if (flags.data.data.empty()) {
    return std::nullopt;
  }
  const data::Dataset rows =
      program::value_or_throw(data::with_class_names(load_data(flags.data, 1), names));
  if (rows.rows() != logits.rows()) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("{}: must have the {} rows of the query: {}", rows.source,
                            logits.rows(), rows.rows()));
  }
  return learn::accuracy(logits, rows.labels);
}

void run(const Flags& flags) {
  const program::Console console(flags.common);
  program::check_target(flags.out);
  const journey::OwnerFolder owner = open_folder(flags.keys, flags.passphrase);
  const wire::Query query = journey::load_query(owner, flags.query);
  if (!query.iterations.empty()) {
    throw Error(ErrorCode::kInvalidArgument,
                "the query is a validation part; look at it with `blindfit watch`");
  }
  const auto opened =
      journey::decrypt_logits(owner, query, journey::load_logits(owner, query, flags.logits, 0));
  // A plain head with as many classes is taken to have the same.
  const auto classes_asked = static_cast<std::size_t>(opened.logits.cols());
  const std::vector<std::string> names = classes_asked == owner.plan.plan.spec.tiling.classes
                                             ? owner.plan.preparation.class_names
                                             : std::vector<std::string>();
  const std::vector<int> classes = learn::predict(opened.logits);
  const std::optional<double> right = accuracy(flags, names, opened.logits);
  const std::string text = table_of(opened.logits, classes, names);
  program::throw_on_error(
      base::write_file(flags.out, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()},
                       base::FileAccess::kOwnerOnly));
  console.print("wrote '{}': classes and logits of {} rows\n", flags.out,
                program::format_count(query.rows));
  console.row("slots that must be zero", fmt::format("at most {:.2g}; noise may leave {:.2g}",
                                                     opened.largest_unused, opened.allowed_unused));
  nlohmann::json figures = {{"rows", query.rows},
                            {"largest_logit", opened.logits.cwiseAbs().maxCoeff()},
                            {"largest_unused", opened.largest_unused},
                            {"allowed_unused", opened.allowed_unused}};
  if (right) {
    console.row("accuracy", program::format_percent(*right));
    figures["accuracy"] = *right;
  }
  console.write_json(figures);
}

}  // namespace

void add_classify_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "classify", "Decrypt the logits of a query and write the class of every row");
  const auto flags = std::make_shared<Flags>();
  command->add_option("--keys", flags->keys, "The owner's folder")->required()->type_name("DIR");
  command->add_option("--query", flags->query, "Folder made by `blindfit query`")
      ->required()
      ->type_name("DIR");
  command->add_option("--logits", flags->logits, "Folder that `blindfit-cloud predict` made")
      ->required()
      ->type_name("DIR");
  command->add_option("--out", flags->out, "Table of classes and logits, a line a row")
      ->required()
      ->type_name("FILE.csv");
  add_data_flags(*command, flags->data, false);
  add_passphrase_flags(*command, flags->passphrase);
  program::add_json_option(*command, flags->common);
  command->callback([flags] { run(*flags); });
}

}  // namespace blindfit::commands
