// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/journey/rows_record.h"

#include <fmt/core.h>

#include <string_view>
#include <system_error>

#include "apps/program/exit_code.h"
#include "blindfit/base/atomic_file.h"

namespace blindfit::journey {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDomain = "blindfit/v1/rows";

class RowsHasher {
 public:
  void add_bytes(const void* data, std::size_t size) {
    hasher_.update({static_cast<const std::uint8_t*>(data), size});
  }
  void add_count(std::uint64_t count) { add_bytes(&count, sizeof count); }
  void add_doubles(const double* data, Eigen::Index size) {
    add_bytes(data, static_cast<std::size_t>(size) * sizeof(double));
  }
  std::string finish() {
    std::string text;
    for (const std::uint8_t byte : hasher_.finish()) {
      text += fmt::format("{:02x}", byte);
    }
    return text + "\n";
  }

 private:
  base::Hasher hasher_;
};

std::string rows_digest(const OwnerFolder& owner, const PreparedData& prepared,
                        std::span<const int> labels) {
  RowsHasher hasher;
  hasher.add_bytes(kDomain.data(), kDomain.size());
  hasher.add_bytes(owner.key.key_set.bytes.data(), owner.key.key_set.bytes.size());
  hasher.add_count(static_cast<std::uint64_t>(prepared.design.rows()));
  hasher.add_count(static_cast<std::uint64_t>(prepared.design.cols()));
  hasher.add_doubles(prepared.design.data(), prepared.design.size());
  hasher.add_doubles(prepared.preconditioner.data(), prepared.preconditioner.size());
  for (const int label : labels) {
    hasher.add_count(static_cast<std::uint64_t>(label));
  }
  return hasher.finish();
}

}  // namespace

RowsRecord::RowsRecord(const OwnerFolder& owner, const PreparedData& prepared,
                       std::span<const int> labels)
    : owner_(owner),
      path_(owner.path / owner_files::kRows),
      text_(rows_digest(owner, prepared, labels)) {}

bool RowsRecord::exists() const {
  std::error_code ignored;
  return fs::exists(path_, ignored);
}

void RowsRecord::check() const {
  const auto bytes = program::value_or_throw(base::read_file(path_, 4096));
  if (std::string(bytes.begin(), bytes.end()) != text_) {
    throw base::Error(
        base::ErrorCode::kInvalidArgument,
        fmt::format(
            "the keys in '{}' have encrypted other rows already; give the rows of the first "
            "time (the same --data, --labels, --label-column, --skip and --limit), or make "
            "a folder of keys for every set of rows with `keygen`",
            owner_.path.string()));
  }
}

void RowsRecord::write() const {
  program::throw_on_error(base::write_file(
      path_, std::span(reinterpret_cast<const std::uint8_t*>(text_.data()), text_.size()),
      base::FileAccess::kOwnerOnly));
}

void RowsRecord::remove() const noexcept {
  std::error_code ignored;
  fs::remove(path_, ignored);
}

}  // namespace blindfit::journey
