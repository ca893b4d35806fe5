// SPDX-License-Identifier: Apache-2.0
// `blindfit evaluate`: tries a head on labelled data.
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "apps/owner/commands.h"
#include "apps/owner/data_flags.h"
#include "apps/owner/inner_command.h"
#include "apps/owner/passphrase_flags.h"
#include "apps/program/console.h"
#include "apps/program/exit_code.h"
#include "apps/program/quantities.h"
#include "blindfit/learn/head.h"
#include "blindfit/learn/loss.h"

namespace blindfit::commands {
namespace {

using base::Error;
using base::ErrorCode;

struct Flags {
  program::CommonOptions common;
  PassphraseFlags passphrase;
  DataFlags data;
  std::string head;
  std::string keys;
  std::string result;
};

/// Without a head of its own, `evaluate` has one decrypted.
void decrypt_head(const Flags& flags, const program::Console& console) {
  if (flags.keys.empty()) {
    return;
  }
  if (console.stdout_is_taken()) {  // `decrypt` would write there, too
    throw Error(ErrorCode::kInvalidArgument, "with --keys, --json must name a file: -");
  }
  std::vector<std::string> arguments = {"--keys",     flags.keys, "--result",
                                        flags.result, "--out",    flags.head};
  if (!flags.passphrase.file.empty()) {
    arguments.insert(arguments.end(), {"--passphrase-file", flags.passphrase.file});
  }
  run_inner_command(add_decrypt_command, "decrypt", std::move(arguments), console);
}

void check(const learn::Head& head, const data::Dataset& test) {
  if (test.columns() != head.features()) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("{}: the head takes {} features: {}; give the data that it was trained "
                            "for (is --label-column right?)",
                            test.source, head.features(), test.columns()));
  }
  if (test.labels.empty()) {
    throw Error(
        ErrorCode::kInvalidArgument,
        fmt::format("{}: must have labels: none; give --label-column or --labels", test.source));
  }
  if (test.classes > head.classes()) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("{}: labels must be below {}, the head's classes: {}", test.source,
                            head.classes(), test.classes - 1));
  }
}

void print_confusion(const program::Console& console, const Eigen::MatrixXi& confusion,
                     const std::vector<std::string>& names) {
  console.print("\n  rows: labels; columns: what the head says\n       ");
  for (Eigen::Index k = 0; k < confusion.cols(); ++k) {
    console.print("{:>6}", k);
  }
  console.print("\n");
  for (Eigen::Index i = 0; i < confusion.rows(); ++i) {
    console.print("  {:>5}", i);
    for (Eigen::Index k = 0; k < confusion.cols(); ++k) {
      console.print("{:>6}", confusion(i, k));
    }
    console.print("{}\n", names.empty() ? "" : "  " + names[static_cast<std::size_t>(i)]);
  }
}

void run(const Flags& flags) {
  const program::Console console(flags.common);
  decrypt_head(flags, console);
  const learn::Head head = program::value_or_throw(learn::load_head(flags.head));
  const data::Dataset test =
      program::value_or_throw(data::with_class_names(load_data(flags.data, 1), head.names));
  check(head, test);
  const learn::Matrix z = learn::logits(head, test.features);
  const double accuracy = learn::accuracy(z, test.labels);
  const double loss = learn::squared_likelihood_error(z, test.labels);
  const Eigen::MatrixXi confusion = learn::confusion_matrix(z, test.labels);
  console.row("rows", program::format_count(static_cast<std::size_t>(test.rows())));
  console.row("accuracy", program::format_percent(accuracy));
  console.row("SLE",
              fmt::format("{:.4f} ({:.4f} a row)", loss, loss / static_cast<double>(test.rows())));
  print_confusion(console, confusion, head.names);
  nlohmann::json rows = nlohmann::json::array();
  for (Eigen::Index i = 0; i < confusion.rows(); ++i) {
    rows.push_back(std::vector<int>(confusion.row(i).begin(), confusion.row(i).end()));
  }
  console.write_json(
      {{"rows", test.rows()}, {"accuracy", accuracy}, {"sle", loss}, {"confusion", rows}});
}

}  // namespace

void add_evaluate_command(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("evaluate",
                         "Accuracy, loss and confusion matrix of a head on plain data; with --keys "
                         "and --result, `decrypt` comes first");
  const auto flags = std::make_shared<Flags>();
  command->add_option("--head", flags->head, "Head written by `blindfit decrypt`, or to be written")
      ->required()
      ->type_name("FILE.npz");
  auto* keys = command->add_option("--keys", flags->keys, "The owner's folder, to decrypt with")
                   ->type_name("DIR");
  auto* result =
      command->add_option("--result", flags->result, "Folder that `blindfit-cloud train` filled")
          ->type_name("DIR");
  keys->needs(result);
  result->needs(keys);
  add_passphrase_flags(*command, flags->passphrase);
  add_data_flags(*command, flags->data, true);
  program::add_json_option(*command, flags->common);
  command->callback([flags] { run(*flags); });
}

}  // namespace blindfit::commands
