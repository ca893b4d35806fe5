// SPDX-License-Identifier: Apache-2.0
#include "blindfit/rlwe/context.h"

#include <numeric>
#include <utility>

namespace blindfit::rlwe {

Context::Context(Parameters parameters, const kernels::KernelTable& kernels)
    : parameters_(std::move(parameters)),
      ring_(parameters_.log_n(), parameters_.q_primes(), parameters_.p_primes(), kernels),
      mod_down_(ring_, ring::special_primes(ring_)) {
  for (std::size_t level = 1; level < ring_.q_count(); ++level) {
    mod_down_and_rescale_.emplace_back(ring_, ring::special_primes_and(ring_, level));
    rescaling_.emplace_back(ring_, std::vector<std::size_t>{level});
  }
  const std::size_t alpha = parameters_.digit_size();
  for (std::size_t first = 0; first < ring_.q_count(); first += alpha) {
    std::vector<ring::BasisExtension>& extensions = digit_extensions_.emplace_back();
    for (std::size_t size = 1; size <= alpha && first + size <= ring_.q_count(); ++size) {
      std::vector<std::size_t> source(size);
      std::iota(source.begin(), source.end(), first);
      extensions.emplace_back(ring_, std::move(source));
    }
  }
}

base::Result<std::shared_ptr<const Context>> make_context(const Parameters& parameters) {
  const auto kernels = kernels::default_kernels();
  if (!kernels) {
    return kernels.error();
  }
  return std::make_shared<const Context>(parameters, **kernels);
}

}  // namespace blindfit::rlwe
