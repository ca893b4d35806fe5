// SPDX-License-Identifier: Apache-2.0
#include "blindfit/base/aligned_buffer.h"

#ifdef __linux__
#include <sys/mman.h>
#endif

#include <new>

namespace blindfit::base {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

/// Advice only: the addresses around the buffer that share its huge pages gain too, and where the
/// system has none to give nothing happens.
void ask_for_huge_pages(const void* data, std::size_t bytes) noexcept {
#ifdef __linux__
  const auto begin = reinterpret_cast<std::uintptr_t>(data) / kHugePage * kHugePage;
  const auto end = reinterpret_cast<std::uintptr_t>(data) + bytes;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): addresses are rounded as integers
  madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#else
  static_cast<void>(data);
  static_cast<void>(bytes);
#endif
}

}  // namespace

AlignedBuffer::AlignedBuffer(std::size_t size) : size_(size) {
  if (size == 0) {
    return;
  }
  if (size > (SIZE_MAX - kAlignment) / sizeof(std::uint64_t)) {
    throw std::bad_alloc();
  }
  const std::size_t bytes =
      (size * sizeof(std::uint64_t) + kAlignment - 1) / kAlignment * kAlignment;
  data_ = static_cast<std::uint64_t*>(std::aligned_alloc(kAlignment, bytes));
  if (data_ == nullptr) {
    throw std::bad_alloc();
  }
  if (bytes >= kHugePage) {
    ask_for_huge_pages(data_, bytes);
  }
}

}  // namespace blindfit::base
