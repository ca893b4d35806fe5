// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/experiments/refresh_owner.h"

#include <fmt/core.h>

#include <cmath>

#include "apps/owner/journey/key_maker.h"
#include "apps/program/exit_code.h"
#include "apps/program/interrupt.h"
#include "apps/program/job_files.h"
#include "blindfit/base/atomic_file.h"
#include "blindfit/owner/encrypt.h"
#include "blindfit/owner/key_generation.h"
#include "blindfit/wire/ciphertext_file.h"
#include "blindfit/wire/load_file.h"

namespace blindfit::experiments {
namespace {

using program::throw_on_error;
using program::value_or_throw;
namespace fs = std::filesystem;
namespace upload_files = program::upload;

/// Where a refresh under signs takes its operand.
constexpr std::size_t kInputLevel = 1;

}  // namespace

RefreshOwner::RefreshOwner(const wire::RefreshJob& job)
    : job_(job),
      parameters_(value_or_throw(bootstrap::BootstrapParameters::make(job.set))),
      main_(value_or_throw(rlwe::make_context(parameters_.main()))),
      encoder_(*main_),
      key_{wire::draw_key_set_id(), owner::generate_secret_key(*main_)} {}

wire::Role RefreshOwner::role(wire::RoleKind kind, std::size_t index) const {
  return {kind, static_cast<std::uint32_t>(index), wire::refresh_job_fingerprint(job_)};
}

void RefreshOwner::write_keys(const fs::path& upload, base::ThreadPool& pool) const {
  const fs::path folder = upload / upload_files::kKeys;
  fs::create_directories(folder);
  const journey::KeyMaker maker(*main_, key_, folder);
  const auto tasks = maker.tasks(learn::refresh_keys(parameters_, job_.log_slots), job_.set);
  pool.parallel_for(tasks.size(), [&](std::size_t i) {
    program::throw_if_interrupted();
    tasks[i]();
  });
}

void RefreshOwner::write_inputs(const fs::path& upload,
                                const std::vector<ckks::Slots>& messages) const {
  if (messages.size() != job_.inputs) {
    throw base::Error(base::ErrorCode::kInvalidArgument,
                      fmt::format("there must be a message for each of the job's {} inputs: {}",
                                  job_.inputs, messages.size()));
  }
  const std::string text = wire::save_refresh_job(job_);
  throw_on_error(
      base::write_file(upload / upload_files::kRefreshJob,
                       std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())));
  const ckks::Scale scale{std::exp2(job_.set.usable.bits)};
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const wire::Role input = role(wire::RoleKind::kInput, i + 1);
    const auto ct =
        owner::encrypt(*main_, key_.secret, encoder_.encode(messages[i], scale, kInputLevel));
    throw_on_error(base::write_file(
        upload / program::ciphertext_file(input),
        wire::save_seeded_ciphertext(parameters_.main(), {key_.key_set, input}, ct)));
  }
}

bool RefreshOwner::has(const fs::path& result, wire::RoleKind kind, std::size_t index) const {
  return fs::exists(result / program::ciphertext_file(role(kind, index)));
}

ckks::Slots RefreshOwner::decrypt(const fs::path& result, wire::RoleKind kind,
                                  std::size_t index) const {
  const wire::Role part = role(kind, index);
  const auto ct = value_or_throw(wire::load_file(
      result / program::ciphertext_file(part), wire::Limits{},
      [&](std::span<const std::uint8_t> bytes) {
        return wire::load_ciphertext(bytes, parameters_.main(), {key_.key_set, part});
      }));
  return encoder_.decode(owner::decrypt(*main_, key_.secret, ct));
}

}  // namespace blindfit::experiments
