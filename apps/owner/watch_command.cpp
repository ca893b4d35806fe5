// SPDX-License-Identifier: Apache-2.0
// `blindfit watch`: looks at the validation part of a training run and says stop or go on.
#include <chrono>
#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "apps/owner/commands.h"
#include "apps/owner/data_flags.h"
#include "apps/owner/journey/answer_log.h"
#include "apps/owner/journey/logits.h"
#include "apps/owner/journey/query.h"
#include "apps/owner/passphrase_flags.h"
#include "apps/program/console.h"
#include "apps/program/exit_code.h"
#include "apps/program/interrupt.h"
#include "apps/program/job_files.h"
#include "apps/program/quantities.h"
#include "blindfit/base/atomic_file.h"
#include "blindfit/learn/loss.h"
#include "blindfit/wire/answer_file.h"

namespace blindfit::commands {
namespace {

using base::Error;
using base::ErrorCode;
namespace fs = std::filesystem;

constexpr auto kPoll = std::chrono::milliseconds(100);

struct Flags {
  program::CommonOptions common;
  PassphraseFlags passphrase;
  DataFlags data;
  std::string keys;
  std::string query;
  std::string result;
  std::string answers;
  std::size_t patience = 2;
  bool once = false;
};

/// One line of the learning curve.
struct Point {
  std::size_t iteration = 0;
  double accuracy = 0;
  double loss = 0;
  bool go_on = true;
};

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm fields{};
  gmtime_r(&now, &fields);
  char text[sizeof "2026-01-01T00:00:00Z"];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &fields);
  return text;
}

/// The labels of the query's rows.
std::vector<int> load_labels(const Flags& flags, const journey::OwnerFolder& owner,
                             const wire::Query& query) {
  const data::Dataset rows = program::value_or_throw(
      data::with_class_names(load_data(flags.data, 1), owner.plan.preparation.class_names));
  if (static_cast<std::size_t>(rows.rows()) != query.rows || rows.labels.empty()) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("{}: must have a label for each of the {} rows of the query: {} rows, "
                            "{} labels; give the data that `query` encrypted",
                            rows.source, query.rows, rows.rows(), rows.labels.size()));
  }
  return rows.labels;
}

/// Follows the logits of one training run.
class Watch {
 public:
  Watch(const Flags& flags, const journey::OwnerFolder& owner, const program::Console& console)
      : flags_(flags),
        owner_(owner),
        console_(console),
        query_(journey::load_query(owner, flags.query)),
        labels_(load_labels(flags, owner, query_)),
        log_(owner.path),
        folder_(flags.answers.empty() ? flags.result : flags.answers) {
    if (query_.iterations.empty()) {
      throw Error(ErrorCode::kInvalidArgument,
                  "the query lists no iterations; make it with `blindfit query --after`");
    }
  }

  /// Until all iterations are answered, an answer is stop, or with --once nothing more is there.
  void run() {
    console_.print("  {:>9}  {:>8}  {:>10}  answer\n", "iteration", "accuracy", "loss");
    for (std::size_t position = 0; position < query_.iterations.size(); ++position) {
      if (!wait_for(position)) {
        return;
      }
      look(position);
      if (!curve_.back().go_on) {
        return;
      }
    }
  }

  [[nodiscard]] const std::vector<Point>& curve() const noexcept { return curve_; }
  [[nodiscard]] std::size_t best() const { return journey::best_of(accuracies()); }

 private:
  [[nodiscard]] bool wait_for(std::size_t position) const {
    while (!journey::logits_are_there(owner_, query_, flags_.result, position)) {
      if (flags_.once) {
        return false;
      }
      program::throw_if_interrupted();
      std::this_thread::sleep_for(kPoll);
    }
    return true;
  }

  [[nodiscard]] std::vector<double> accuracies() const {
    std::vector<double> all;
    for (const Point& point : curve_) {
      all.push_back(point.accuracy);
    }
    return all;
  }

  void look(std::size_t position) {
    const base::Digest id = wire::query_fingerprint(query_);
    const auto loaded = journey::load_logits(owner_, query_, flags_.result, position);
    journey::LoggedAnswer entry;
    entry.query = id;
    entry.iteration = query_.iterations[position];
    entry.logits = loaded.digest;
    entry.time = utc_now();
    const auto known = log_.find(id, entry.iteration, loaded.digest);
    // After the plan's last iteration there is nothing to decide, and no bit need leave.
    const bool last = entry.iteration == owner_.plan.plan.spec.iterations();
    if (!known && !last) {
      log_.ask(query_, entry);
    }
    const auto opened = journey::decrypt_logits(owner_, query_, loaded);
    entry.accuracy = learn::accuracy(opened.logits, labels_);
    entry.loss = -learn::squared_likelihood_error(opened.logits, labels_) /
                 static_cast<double>(labels_.size());
    curve_.push_back({entry.iteration, entry.accuracy, entry.loss, true});
    if (known && known->go_on) {
      curve_.back().go_on = *known->go_on;
    } else if (!last) {
      curve_.back().go_on = journey::keeps_improving(accuracies(), flags_.patience);
      entry.go_on = curve_.back().go_on;
      log_.answer(entry);
    }
    if (!last) {
      send({id, entry.iteration, curve_.back().go_on});
    }
    print(curve_.back(), last);
  }

  void print(const Point& point, bool last) const {
    const char* answer = point.go_on ? "go on" : "stop";
    console_.print("  {:>9}  {:>8}  {:>10.4f}  {}\n", point.iteration,
                   program::format_percent(point.accuracy), point.loss,
                   last ? "none needed" : answer);
  }

  void send(const wire::Answer& answer) const {
    const std::string text = wire::save_answer(answer);
    program::throw_on_error(
        base::write_file(folder_ / program::result::answer_file(answer.iteration),
                         {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}));
  }

  const Flags& flags_;
  const journey::OwnerFolder& owner_;
  const program::Console& console_;
  wire::Query query_;
  std::vector<int> labels_;
  journey::AnswerLog log_;
  fs::path folder_;
  std::vector<Point> curve_;
};

void report(const Flags& flags, const Watch& watch, const program::Console& console) {
  const std::vector<Point>& curve = watch.curve();
  nlohmann::json figures = {{"iterations", nlohmann::json::array()},
                            {"accuracies", nlohmann::json::array()},
                            {"losses", nlohmann::json::array()},
                            {"stopped", !curve.empty() && !curve.back().go_on}};
  for (const Point& point : curve) {
    figures["iterations"].push_back(point.iteration);
    figures["accuracies"].push_back(point.accuracy);
    figures["losses"].push_back(point.loss);
  }
  if (curve.empty()) {
    console.print("no logits yet in '{}'\n", flags.result);
  } else {
    const std::size_t best = curve[watch.best()].iteration;
    figures["best_iteration"] = best;
    console.print(
        "best after iteration {}: blindfit decrypt --keys {} --result {} --iteration {} "
        "--out head.npz\n",
        best, flags.keys, flags.result, best);
  }
  console.write_json(figures);
}

void run(const Flags& flags) {
  const program::Console console(flags.common);
  const journey::OwnerFolder owner = open_folder(flags.keys, flags.passphrase);
  Watch watch(flags, owner, console);
  watch.run();
  report(flags, watch, console);
}

}  // namespace

void add_watch_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand("watch",
                                         "Follow a training run by its encrypted validation part: "
                                         "show the learning curve, and look at "
                                         "each listed iteration once, to answer stop or go on. "
                                         "SECURITY.md says what that tells the cloud; "
                                         "answers.json in the owner's folder is the record.");
  const auto flags = std::make_shared<Flags>();
  command->add_option("--keys", flags->keys, "The owner's folder")->required()->type_name("DIR");
  command->add_option("--query", flags->query, "Folder made by `blindfit query --after`")
      ->required()
      ->type_name("DIR");
  command
      ->add_option("--result", flags->result,
                   "Folder that `blindfit-cloud train --validation` fills, or a copy")
      ->required()
      ->type_name("DIR");
  command
      ->add_option("--answers", flags->answers,
                   "Where answers go, for the cloud's --out (default: --result)")
      ->type_name("DIR");
  command
      ->add_option("--patience", flags->patience,
                   "Stop once the best accuracy lies this many answers back")
      ->capture_default_str()
      ->check(program::at_least(1))
      ->type_name("N");
  command->add_flag("--once", flags->once, "Answer what is there and return; do not wait");
  add_data_flags(*command, flags->data, true);
  add_passphrase_flags(*command, flags->passphrase);
  program::add_json_option(*command, flags->common);
  command->callback([flags] { run(*flags); });
}

}  // namespace blindfit::commands
