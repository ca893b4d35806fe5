// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/journey/owner_folder.h"

#include <fmt/core.h>

#include <atomic>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "apps/program/exit_code.h"
#include "apps/program/interrupt.h"
#include "apps/program/job_files.h"
#include "apps/program/progress.h"
#include "apps/program/staged_directory.h"
#include "blindfit/base/atomic_file.h"
#include "blindfit/owner/key_generation.h"
#include "blindfit/wire/load_file.h"
#include "blindfit/wire/switching_key_file.h"

namespace blindfit::journey {
namespace {

using program::throw_on_error;
using program::value_or_throw;
namespace fs = std::filesystem;
namespace upload = program::upload;

/// Makes evaluation keys and writes each to its file.
class KeyMaker {
 public:
  KeyMaker(const rlwe::Context& context, const wire::OwnerSecretKey& owner, fs::path folder)
      : context_(context),
        parameters_(context.parameters()),
        owner_(owner),
        folder_(std::move(folder)) {}

  /// Of the keys that `plan` calls for; independent of each other.
  [[nodiscard]] std::vector<std::function<void()>> tasks(const learn::TrainingPlan& plan) const {
    std::vector<std::function<void()>> tasks;
    if (plan.keys.encapsulation) {  // the longest first
      const auto set = plan.spec.refresh->set;
      tasks.emplace_back([this, set] { make_encapsulation_keys(set); });
    }
    if (plan.keys.relinearization) {
      const std::size_t level = *plan.keys.relinearization;
      tasks.emplace_back([this, level] { make_relinearization_key(level); });
    }
    for (const auto& entry : plan.keys.galois) {
      tasks.emplace_back([this, entry] { make_galois_key(entry.first, entry.second); });
    }
    return tasks;
  }

 private:
  void write(const std::string& name, const std::vector<std::uint8_t>& bytes) const {
    throw_on_error(base::write_file(folder_ / name, bytes));
  }
  void make_encapsulation_keys(const bootstrap::BootstrapLiteral& set) const {
    const auto parameters = value_or_throw(bootstrap::BootstrapParameters::make(set));
    const auto tiny = value_or_throw(rlwe::make_context(parameters.tiny()));
    const auto keys = owner::generate_encapsulation_keys(context_, *tiny, owner_.secret);
    write(upload::kToSparseKey, wire::save_plain_key(wire::PlainKey::kToSparse, parameters.tiny(),
                                                     owner_.key_set, keys.to_sparse));
    write(upload::kFromSparseKey, wire::save_plain_key(wire::PlainKey::kFromSparse, parameters_,
                                                       owner_.key_set, keys.from_sparse));
  }
  void make_relinearization_key(std::size_t level) const {
    const auto key = owner::generate_relinearization_key(context_, owner_.secret, level);
    write(upload::kRelinearizationKey,
          wire::save_plain_key(wire::PlainKey::kRelinearization, parameters_, owner_.key_set, key));
  }
  void make_galois_key(ring::GaloisElement element, std::size_t level) const {
    const auto key = owner::generate_galois_key(context_, owner_.secret, element, level);
    write(upload::galois_key_file(element, parameters_.log_n()),
          wire::save_galois_key(parameters_, owner_.key_set, key));
  }

  const rlwe::Context& context_;
  const rlwe::Parameters& parameters_;
  const wire::OwnerSecretKey& owner_;
  fs::path folder_;
};

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
  const auto tasks = maker.tasks(plan.plan);
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
