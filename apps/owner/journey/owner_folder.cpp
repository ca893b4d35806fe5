// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/journey/owner_folder.h"

#include <fmt/core.h>

#include <atomic>
#include <optional>
#include <string>
#include <utility>

#include "apps/owner/journey/key_maker.h"
#include "apps/program/exit_code.h"
#include "apps/program/interrupt.h"
#include "apps/program/job_files.h"
#include "apps/program/progress.h"
#include "apps/program/staged_directory.h"
#include "blindfit/base/atomic_file.h"
#include "blindfit/owner/key_generation.h"
#include "blindfit/wire/load_file.h"

namespace blindfit::journey {
namespace {

using program::throw_on_error;
using program::value_or_throw;
namespace fs = std::filesystem;
namespace upload = program::upload;

template <typename T>
T with_path(const fs::path& path, base::Result<T> result) {
  if (!result) {
    throw wire::about_file(path, result.error());
  }
  return std::move(result).value();
}

}  // namespace

void generate_keys(const OwnerPlan& plan, const fs::path& folder, const Passphrase& passphrase,
                   base::ThreadPool& pool) {
  program::StagedDirectory staged(
      folder, fs::perms::owner_all,
      "it may hold a secret key, without which everything encrypted under it is lost: choose "
      "another --out, or remove it yourself");
  const auto context = value_or_throw(
      rlwe::make_context(value_or_throw(rlwe::Parameters::make(plan.plan.parameters))));
  const wire::OwnerSecretKey key{wire::draw_key_set_id(), owner::generate_secret_key(*context)};
  const wire::SecretBytes bytes = wire::save_owner_secret_key(
      context->parameters(), key, {.passphrase = passphrase.expose(), .cost = {}});
  throw_on_error(wire::write_owner_secret_key_file(staged.path() / owner_files::kSecretKey, bytes));
  save_owner_plan(staged.path() / owner_files::kPlan, plan);

  const fs::path keys = staged.path() / upload::kKeys;
  fs::create_directory(keys);
  const KeyMaker maker(*context, key, keys);
  const learn::TrainingSpec& spec = plan.plan.spec;
  const auto tasks =
      maker.tasks(plan.plan.keys, spec.refresh ? std::optional(spec.refresh->set) : std::nullopt);
  std::atomic<std::size_t> done{0};
  {
    const program::Progress progress("making keys", [&] {
      return program::ProgressState{static_cast<double>(done.load()),
                                    static_cast<double>(tasks.size()), ""};
    });
    pool.parallel_for(tasks.size(), [&](std::size_t i) {
      program::throw_if_interrupted();
      tasks[i]();
      ++done;
    });
  }
  staged.commit();
}

bool needs_passphrase(const fs::path& folder) {
  const fs::path path = folder / owner_files::kSecretKey;
  const auto bytes = value_or_throw(wire::read_owner_secret_key_file(path));
  return with_path(path, wire::needs_passphrase(bytes.expose()));
}

OwnerFolder open_owner_folder(const fs::path& folder, const Passphrase& passphrase) {
  OwnerPlan plan = load_owner_plan(folder / owner_files::kPlan);
  auto context = value_or_throw(
      rlwe::make_context(value_or_throw(rlwe::Parameters::make(plan.plan.parameters))));
  const fs::path path = folder / owner_files::kSecretKey;
  const auto bytes = value_or_throw(wire::read_owner_secret_key_file(path));
  wire::OwnerSecretKey key =
      with_path(path, wire::load_owner_secret_key(bytes.expose(), *context, passphrase.expose()));
  return {folder, std::move(plan), std::move(context), std::move(key)};
}

}  // namespace blindfit::journey
