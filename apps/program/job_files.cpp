// SPDX-License-Identifier: Apache-2.0
#include "apps/program/job_files.h"

#include <fmt/core.h>

#include "blindfit/ckks/rotate.h"

namespace blindfit::program {

std::string upload::data_file(std::size_t index) {
  return fmt::format("data-{:04}.ct", index + 1);
}
std::string upload::labels_file(std::size_t index) {
  return fmt::format("labels-{:04}.ct", index + 1);
}
std::string upload::galois_key_file(ring::GaloisElement element, unsigned log_n) {
  return element == ckks::conjugation_element(log_n)
             ? "conjugation.key"
             : fmt::format("rotation_{}.key", element.value);
}

std::string result::weights_file(std::size_t iteration) {
  return fmt::format("weights-{:02}.ct", iteration);
}
std::string result::checkpoint_v_file(std::size_t iteration) {
  return fmt::format("checkpoint-{:02}-v.ct", iteration);
}
std::string result::checkpoint_w_file(std::size_t iteration) {
  return fmt::format("checkpoint-{:02}-w.ct", iteration);
}

double folder_bytes(const std::filesystem::path& folder, const std::string& extension) {
  double bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && (extension.empty() || entry.path().extension() == extension)) {
      bytes += static_cast<double>(entry.file_size());
    }
  }
  return bytes;
}

}  // namespace blindfit::program
