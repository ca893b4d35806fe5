// SPDX-License-Identifier: Apache-2.0
#include "apps/cloud/refresh_upload.h"

#include <fmt/core.h>

#include <cmath>
#include <utility>

#include "apps/cloud/loading_tasks.h"
#include "apps/program/available_memory.h"
#include "apps/program/exit_code.h"
#include "apps/program/job_files.h"
#include "apps/program/quantities.h"
#include "blindfit/bootstrap/transform_plan.h"
#include "blindfit/learn/key_requirements.h"
#include "blindfit/learn/refresh_cost.h"
#include "blindfit/rlwe/seeded_ciphertext.h"
#include "blindfit/wire/ciphertext_file.h"
#include "blindfit/wire/load_file.h"

namespace blindfit::cloud {
namespace {

using base::Error;
using base::ErrorCode;
using program::value_or_throw;
using wire::RoleKind;
namespace fs = std::filesystem;
using Bytes = std::span<const std::uint8_t>;

wire::RefreshJob load_job_file(const fs::path& path) {
  return value_or_throw(wire::load_file(path, wire::Limits{}, [](Bytes bytes) {
    return wire::load_refresh_job({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }));
}

/// Keys and matrices are nearly all of it; matrices of fewer slots are smaller.
void require_memory(const bootstrap::BootstrapParameters& parameters, unsigned log_slots) {
  constexpr double kWorking = 0x1p30;
  const double needed = bootstrap::key_bytes(parameters, log_slots).resident +
                        learn::refresh_cost(parameters).matrix_bytes + kWorking;
  const double available = program::available_bytes(program::read_memory_report());
  if (needed > available) {
    throw Error(ErrorCode::kTooLarge,
                fmt::format("refreshing under this set needs about {}, and {} are available; free "
                            "memory or use a larger machine",
                            program::format_bytes(needed), program::format_bytes(available)));
  }
}

/// Either kind of ciphertext: fresh ones travel with a seed.
base::Result<ckks::Ciphertext> read_ciphertext(Bytes bytes, const rlwe::Context& context,
                                               const wire::CiphertextTag& tag) {
  const auto header = wire::parse_header(bytes);
  if (header && header->kind == wire::ObjectKind::kCiphertext) {
    return wire::load_ciphertext(bytes, context.parameters(), tag);
  }
  const auto seeded = wire::load_seeded_ciphertext(bytes, context.parameters(), tag);
  if (!seeded) {
    return seeded.error();
  }
  return rlwe::expand(context, *seeded);
}

/// Reads the files of one job. Tasks run side by side; each fills a place of its own.
class UploadReader {
 public:
  UploadReader(fs::path folder, RefreshUpload& upload)
      : folder_(std::move(folder)), keys_(folder_, upload.key_set), upload_(upload) {
    upload_.inputs.resize(upload_.job.inputs);
    for (std::size_t i = 0; i < upload_.inputs.size(); ++i) {
      tasks_.add([this, i] { upload_.inputs[i] = load_input(i + 1); });
    }
    tasks_.add_keys(keys_, learn::refresh_keys(upload.material.parameters, upload.job.log_slots),
                    {*upload.context, upload.keys, &upload.material});
  }

  void run(base::ThreadPool& pool) { tasks_.run(pool); }

 private:
  [[nodiscard]] ckks::Ciphertext load_input(std::size_t number) const {
    const wire::Role role{RoleKind::kInput, static_cast<std::uint32_t>(number), upload_.id};
    const fs::path path = folder_ / program::ciphertext_file(role);
    ckks::Ciphertext ct = value_or_throw(wire::load_file(path, wire::Limits{}, [&](Bytes bytes) {
      return read_ciphertext(bytes, *upload_.context, {upload_.key_set, role});
    }));
    require_refreshable(path, ct);
    return ct;
  }

  void require_refreshable(const fs::path& path, const ckks::Ciphertext& ct) const {
    const double largest = static_cast<double>(upload_.context->q(0)) /
                           upload_.material.parameters.message_ratio(upload_.job.log_slots);
    if (ct.degree() != 1 || ct.level() < 1 || !(ct.scale.value <= largest)) {
      throw Error(
          ErrorCode::kForeign,
          fmt::format("{}: an input must have degree 1, a level of at least 1 and a scale of at "
                      "most 2^{:.2f}: degree {}, level {}, scale 2^{:.2f}; encrypt it so",
                      path.string(), std::log2(largest), ct.degree(), ct.level(), ct.scale.log2()));
    }
  }

  fs::path folder_;
  KeyFolder keys_;
  RefreshUpload& upload_;
  LoadingTasks tasks_;
};

}  // namespace

RefreshUpload load_refresh_upload(const fs::path& folder, base::ThreadPool& pool) {
  const wire::RefreshJob job = load_job_file(folder / program::upload::kRefreshJob);
  auto parameters = value_or_throw(bootstrap::BootstrapParameters::make(job.set));
  require_memory(parameters, job.log_slots);
  auto main = value_or_throw(rlwe::make_context(parameters.main()));
  auto tiny = value_or_throw(rlwe::make_context(parameters.tiny()));
  RefreshUpload upload{job,
                       wire::refresh_job_fingerprint(job),
                       std::move(main),
                       {std::move(parameters), std::move(tiny), {}},
                       {},
                       {},
                       {}};
  // Every object must belong to the key set that the first input names.
  upload.key_set =
      value_or_throw(
          wire::load_file(folder / program::ciphertext_file({RoleKind::kInput, 1, upload.id}),
                          wire::Limits{}, [](Bytes bytes) { return wire::parse_header(bytes); }))
          .identity.key_set;
  UploadReader(folder, upload).run(pool);
  return upload;
}

}  // namespace blindfit::cloud
