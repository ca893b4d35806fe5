// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/experiments/folds.h"

#include <algorithm>
#include <string_view>

namespace blindfit::experiments {
namespace {

using nlohmann::json;

enum class Rule { kWeightedMean, kMean, kSum, kWorst, kFirst };

Rule rule_of(std::string_view name) {
  const auto ends_in = [name](std::string_view end) { return name.ends_with(end); };
  if (ends_in("accuracy")) {
    return Rule::kWeightedMean;
  }
  if (name == "auc" || ends_in("_auc")) {
    return Rule::kMean;
  }
  if (name == "rows_different" || name == "heldout_rows") {
    return Rule::kSum;
  }
  const bool worst = ends_in("seconds") || ends_in("bytes") || ends_in("_mib") ||
                     ends_in("error") || name.starts_with("largest_");
  return worst ? Rule::kWorst : Rule::kFirst;
}

/// Entry by entry: the sum of weight * value, the sum of counts, or the largest.
json join(Rule rule, const std::vector<json>& values, const std::vector<double>& weights) {
  if (values.front().is_array()) {
    json joined = json::array();
    for (std::size_t t = 0; t < values.front().size(); ++t) {
      std::vector<json> entries;
      for (const json& value : values) {
        entries.push_back(value.at(t));
      }
      joined.push_back(join(rule, entries, weights));
    }
    return joined;
  }
  if (rule == Rule::kSum) {
    std::size_t sum = 0;
    for (const json& value : values) {
      sum += value.get<std::size_t>();
    }
    return sum;
  }
  double joined = rule == Rule::kWorst ? values.front().get<double>() : 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto value = values[i].get<double>();
    joined = rule == Rule::kWorst ? std::max(joined, value) : joined + weights[i] * value;
  }
  return joined;
}

std::vector<double> weights_of(Rule rule, const std::vector<json>& figures) {
  std::vector<double> weights(figures.size(), 1);
  if (rule == Rule::kMean) {
    weights.assign(figures.size(), 1 / static_cast<double>(figures.size()));
  } else if (rule == Rule::kWeightedMean) {
    double all = 0;
    for (const json& fold : figures) {
      all += fold.at("heldout_rows").get<double>();
    }
    for (std::size_t i = 0; i < figures.size(); ++i) {
      weights[i] = figures[i].at("heldout_rows").get<double>() / all;
    }
  }
  return weights;
}

}  // namespace

json join_folds(const std::vector<json>& figures) {
  json joined;
  for (const auto& [name, first] : figures.front().items()) {
    const Rule rule = rule_of(name);
    if (rule == Rule::kFirst) {
      joined[name] = first;
      continue;
    }
    std::vector<json> values;
    for (const json& fold : figures) {
      values.push_back(fold.at(name));
    }
    joined[name] = join(rule, values, weights_of(rule, figures));
  }
  joined["folds"] = figures.size();
  joined["rows"] = figures.front().at("rows").get<std::size_t>() +
                   figures.front().at("heldout_rows").get<std::size_t>();
  joined["fold_train_seconds"] = json::array();
  for (const json& fold : figures) {
    joined["fold_train_seconds"].push_back(fold.at("train_seconds"));
  }
  return joined;
}

json run_folds(const Experiment& experiment, const std::vector<Rows>& folds,
               const learn::CostModel& cost, const RunOptions& options,
               json (*plaintext)(const Rows& rows)) {
  std::vector<json> figures;
  for (const Rows& rows : folds) {
    figures.push_back(run_on_rows(experiment, rows, cost, options));
    figures.back().update(plaintext(rows));
  }
  return join_folds(figures);
}

}  // namespace blindfit::experiments
