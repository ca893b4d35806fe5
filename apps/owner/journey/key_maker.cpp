// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/journey/key_maker.h"

#include <utility>

#include "apps/program/exit_code.h"
#include "apps/program/job_files.h"
#include "blindfit/base/atomic_file.h"
#include "blindfit/owner/key_generation.h"
#include "blindfit/wire/switching_key_file.h"

namespace blindfit::journey {

using program::value_or_throw;
using wire::PlainKey;
namespace upload = program::upload;

KeyMaker::KeyMaker(const rlwe::Context& context, const wire::OwnerSecretKey& owner,
                   std::filesystem::path folder)
    : context_(context), owner_(owner), folder_(std::move(folder)) {}

std::vector<std::function<void()>> KeyMaker::tasks(
    const learn::KeyRequirements& keys,
    const std::optional<bootstrap::BootstrapLiteral>& set) const {
  std::vector<std::function<void()>> tasks;
  if (keys.encapsulation) {
    tasks.emplace_back([this, literal = *set] { make_encapsulation_keys(literal); });
  }
  if (keys.relinearization) {
    const std::size_t level = *keys.relinearization;
    tasks.emplace_back([this, level] { make_relinearization_key(level); });
  }
  for (const auto& entry : keys.galois) {
    tasks.emplace_back([this, entry] { make_galois_key(entry.first, entry.second); });
  }
  return tasks;
}

void KeyMaker::write(const std::string& name, const std::vector<std::uint8_t>& bytes) const {
  program::throw_on_error(base::write_file(folder_ / name, bytes));
}

void KeyMaker::make_encapsulation_keys(const bootstrap::BootstrapLiteral& set) const {
  const auto parameters = value_or_throw(bootstrap::BootstrapParameters::make(set));
  const auto tiny = value_or_throw(rlwe::make_context(parameters.tiny()));
  const auto keys = owner::generate_encapsulation_keys(context_, *tiny, owner_.secret);
  write(upload::kToSparseKey, wire::save_plain_key(PlainKey::kToSparse, parameters.tiny(),
                                                   owner_.key_set, keys.to_sparse));
  write(upload::kFromSparseKey, wire::save_plain_key(PlainKey::kFromSparse, context_.parameters(),
                                                     owner_.key_set, keys.from_sparse));
}

void KeyMaker::make_relinearization_key(std::size_t level) const {
  const auto key = owner::generate_relinearization_key(context_, owner_.secret, level);
  write(
      upload::kRelinearizationKey,
      wire::save_plain_key(PlainKey::kRelinearization, context_.parameters(), owner_.key_set, key));
}

void KeyMaker::make_galois_key(ring::GaloisElement element, std::size_t level) const {
  const rlwe::Parameters& parameters = context_.parameters();
  const auto key = owner::generate_galois_key(context_, owner_.secret, element, level);
  write(upload::galois_key_file(element, parameters.log_n()),
        wire::save_galois_key(parameters, owner_.key_set, key));
}

}  // namespace blindfit::journey
