// SPDX-License-Identifier: Apache-2.0
// The commands of a journey, run in the demo's folder as processes of their own.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "apps/program/console.h"
#include "blindfit/learn/head.h"

namespace blindfit::demo {

class Steps {
 public:
  /// `console` must outlive this.
  Steps(const std::filesystem::path& folder, std::size_t threads, const program::Console& console)
      : folder_(std::filesystem::absolute(folder)), threads_(threads), console_(console) {}

  /// Runs `blindfit` with `arguments` and shows both. Throws what run_or_throw throws.
  void owner(const char* what, std::vector<std::string> arguments) const;
  /// Runs the cloud's program in the folder that holds the upload and nothing of the owner's;
  /// returns its seconds.
  [[nodiscard]] double cloud(const char* what) const;
  /// The head after iteration t, by the owner's program.
  [[nodiscard]] learn::Head head_after(std::size_t t) const;

  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }
  [[nodiscard]] std::string threads() const { return std::to_string(threads_); }

 private:
  void say(const char* what, const char* name, const std::vector<std::string>& arguments) const;

  std::filesystem::path folder_;
  std::size_t threads_;
  const program::Console& console_;
};

}  // namespace blindfit::demo
