// SPDX-License-Identifier: Apache-2.0
#include "apps/program/read_ahead.h"

#include <fcntl.h>
#include <unistd.h>

namespace blindfit::program {

void read_ahead(const std::filesystem::path& path) noexcept {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor >= 0) {
    (void)::posix_fadvise(descriptor, 0, 0, POSIX_FADV_WILLNEED);
    (void)::close(descriptor);
  }
}

}  // namespace blindfit::program
