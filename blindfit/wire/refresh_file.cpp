// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/refresh_file.h"

#include "blindfit/wire/json_fields.h"
#include "blindfit/wire/read_document.h"

namespace blindfit::wire {
namespace {

using base::Error;
using base::ErrorCode;
using nlohmann::json;

constexpr DocumentKind kKind{"blindfit refresh", 1};

json to_json(const RefreshJob& job) {
  const auto name = bootstrap::name_of(job.set);
  if (!name) {
    throw Error(ErrorCode::kInvalidArgument, "a refresh job must use a named set");
  }
  return {{"set", *name},
          {"log_slots", job.log_slots},
          {"signs", hexadecimal(job.signs)},
          {"inputs", job.inputs},
          {"powers", job.powers}};
}

RefreshJob from_json(const json& document) {
  const JsonFields fields(
      document, "refresh",
      {"format", "version", "checksum", "set", "log_slots", "signs", "inputs", "powers"});
  const auto set = bootstrap::find_set(fields.text("set"));
  if (!set) {
    fields.fail("set", "A, T14 or T16");
  }
  RefreshJob job;
  job.set = *set;
  job.log_slots = static_cast<unsigned>(fields.unsigned_integer("log_slots", set->log_n - 1));
  if (job.log_slots == 0) {
    fields.fail("log_slots", "positive");
  }
  job.signs = fields.seed("signs");
  job.inputs = fields.unsigned_integer("inputs", kMaxRefreshInputs);
  if (job.inputs == 0) {
    fields.fail("inputs", "positive");
  }
  job.powers = fields.boolean("powers");
  return job;
}

}  // namespace

std::string save_refresh_job(const RefreshJob& job) {
  return save_document(kKind, to_json(job));
}

base::Result<RefreshJob> load_refresh_job(std::string_view text, const Limits& limits) {
  return read_document(kKind, text, limits, from_json);
}

base::Digest refresh_job_fingerprint(const RefreshJob& job) {
  return document_digest(to_json(job));
}

}  // namespace blindfit::wire
