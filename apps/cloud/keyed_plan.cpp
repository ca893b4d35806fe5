// SPDX-License-Identifier: Apache-2.0
#include "apps/cloud/keyed_plan.h"

#include <span>
#include <utility>

#include "apps/program/exit_code.h"
#include "apps/program/job_files.h"
#include "blindfit/wire/load_file.h"
#include "blindfit/wire/plan_file.h"

namespace blindfit::cloud {
namespace {

using program::value_or_throw;
using Bytes = std::span<const std::uint8_t>;

}  // namespace

KeyedPlan open_plan(const std::filesystem::path& folder) {
  const auto read = [](Bytes bytes) {
    return wire::load_plan({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  };
  KeyedPlan opened;
  opened.plan =
      value_or_throw(wire::load_file(folder / program::upload::kPlan, wire::Limits{}, read)).plan;
  opened.plan_id = wire::plan_fingerprint(opened.plan);
  opened.context = value_or_throw(
      rlwe::make_context(value_or_throw(rlwe::Parameters::make(opened.plan.parameters))));
  if (opened.plan.spec.refresh) {
    auto parameters =
        value_or_throw(bootstrap::BootstrapParameters::make(opened.plan.spec.refresh->set));
    auto tiny = value_or_throw(rlwe::make_context(parameters.tiny()));
    opened.refresh = RefreshMaterial{std::move(parameters), std::move(tiny), {}};
  }
  return opened;
}

wire::KeySetId read_key_set(const std::filesystem::path& folder, const wire::Role& role) {
  return value_or_throw(wire::load_file(folder / program::ciphertext_file(role), wire::Limits{},
                                        [](Bytes bytes) { return wire::parse_header(bytes); }))
      .identity.key_set;
}

std::unique_ptr<bootstrap::Bootstrapper> make_bootstrapper(const KeyedPlan& plan,
                                                           const ckks::Encoder& encoder,
                                                           base::ThreadPool& pool) {
  if (!plan.plan.keys.encapsulation) {
    return nullptr;
  }
  const RefreshMaterial& material = *plan.refresh;
  return std::make_unique<bootstrap::Bootstrapper>(
      material.parameters,
      bootstrap::BootstrapMaterial{encoder, *material.tiny, plan.keys, material.encapsulation,
                                   &pool},
      bootstrap::BootstrapOptions{
          plan.context->parameters().log_n() - 1, ckks::Scale{plan.plan.spec.scale}, {}});
}

}  // namespace blindfit::cloud
