// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <array>
#include <vector>

#include "apps/owner/experiments/bootstrap.h"
#include "apps/owner/experiments/convergence.h"
#include "apps/owner/experiments/experiment.h"
#include "apps/owner/experiments/idash.h"
#include "apps/owner/experiments/paper.h"
#include "apps/owner/experiments/paper_rows.h"
#include "apps/owner/experiments/paper_variants.h"
#include "apps/owner/experiments/regnet_architecture.h"
#include "apps/owner/experiments/whole_data.h"

namespace blindfit::experiments {
namespace {

nlohmann::json no_figures(const journey::OwnerPlan&, const journey::PreparedData&,
                          const learn::TrainingTrace&) {
  return nlohmann::json::object();
}

constexpr std::array<Experiment, 5> kExperiments = {{
    {"paper", "the paper's method unchanged: 128 rows, 401 columns, cubic, 2 iterations",
     paper_rows, plan_paper, paper_figures,
     "The method is the paper's, and so is its accuracy: two iterations on raw features are one\n"
     "effective step (paper.md 3.4). `reproduce paper-whitened` shows what the owner's algebra "
     "adds."},
    {"paper-whitened", "the same rows, PCA-whitened by the owner, 2 iterations", paper_rows,
     plan_paper_whitened, no_figures,
     "The owner-only figure is (Y - 1/2)^T X of the whitened rows: one product that the owner can\n"
     "form alone, without any cloud. Whitening does nearly all the work here, so for one owner "
     "with\n"
     "few rows the encrypted run proves that the machinery is right, not that it is needed; it is\n"
     "needed for iterations beyond the first and where many owners may not see each other's rows."},
    {"paper-levelled", "centred features, as many iterations as N = 2^16 holds without a refresh",
     paper_rows, plan_paper_levelled, no_figures,
     "Every iteration costs levels, and a 128-bit modulus at N = 2^16 has no more of them; going "
     "on\n"
     "takes a refresh of the weights."},
    {"convergence", "the same recursion refreshed in the cloud: degree 9 on +-16, 30 iterations",
     paper_rows, plan_convergence, no_figures,
     "Weights get their levels back between iterations without any secret, so training goes on "
     "for\n"
     "as long as it should. 128 rows allow about 81 %, however they are used."},
    {"convergence-100", "convergence for 100 iterations", paper_rows, plan_long_convergence,
     no_figures, "weight_error shows whether the steps go on damping what every refresh adds."},
}};

}  // namespace

std::span<const Experiment> experiments() {
  static const std::vector<Experiment> kAll = [] {
    std::vector<Experiment> all(kExperiments.begin(), kExperiments.end());
    const auto whole = whole_data_experiments();
    all.insert(all.end(), whole.begin(), whole.end());
    return all;
  }();
  return kAll;
}

const Experiment& find_experiment(const std::string& name) {
  std::string known;
  for (const Experiment& experiment : experiments()) {
    if (name == experiment.name) {
      return experiment;
    }
    known += (known.empty() ? "" : ", ") + std::string(experiment.name);
  }
  known += fmt::format(", {}, {}, {}", kIdashName, kBootstrapName, kRegnetName);
  throw base::Error(base::ErrorCode::kInvalidArgument,
                    fmt::format("the experiment must be one of {}: {}", known, name));
}

}  // namespace blindfit::experiments
