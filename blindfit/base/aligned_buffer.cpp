// SPDX-License-Identifier: Apache-2.0
#include "blindfit/base/aligned_buffer.h"

#ifdef __linux__
#include <sys/mman.h>
#endif

#include <cstdlib>
#include <new>

namespace blindfit::base {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

/// Advice only: the addresses around the buffer that share its huge pages gain too, and where the
/// system has none to give nothing happens.
void ask_for_huge_pages(const void* data, std::size_t bytes) noexcept {
#ifdef __linux__
  const auto address = reinterpret_cast<std::uintptr_t>(data);
  const auto begin = address / kHugePage * kHugePage;
  const auto end = (address + bytes + kHugePage - 1) / kHugePage * kHugePage;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): addresses are rounded as integers
  madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#else
  static_cast<void>(data);
  static_cast<void>(bytes);
#endif
}

/// Where malloc's block begins stands in the word before the data.
void* block_of(std::uint64_t* data) noexcept {
  void* block = nullptr;
  std::memcpy(&block, data - 1, sizeof(block));
  return block;
}

}  // namespace

// Not std::aligned_alloc: glibc cuts such a block out of a longer one, and what is left after it is
// freed is too short for the next, so that a loop that frees and allocates wanders through fresh
// memory, a page fault at every step.
AlignedBuffer::AlignedBuffer(std::size_t size) : size_(size) {
  if (size == 0) {
    return;
  }
  if (size > (SIZE_MAX - 2 * kAlignment) / sizeof(std::uint64_t)) {
    throw std::bad_alloc();
  }
  const std::size_t bytes = size * sizeof(std::uint64_t);
  void* block = std::malloc(bytes + kAlignment);
  if (block == nullptr) {
    throw std::bad_alloc();
  }
  // malloc aligns to 16 bytes, so that the word before the data is always the block's own.
  const auto address = reinterpret_cast<std::uintptr_t>(block);
  data_ = reinterpret_cast<std::uint64_t*>(static_cast<char*>(block) + kAlignment -
                                           address % kAlignment);
  std::memcpy(data_ - 1, &block, sizeof(block));
  if (bytes >= kHugePage) {
    ask_for_huge_pages(data_, bytes);
  }
}

AlignedBuffer::~AlignedBuffer() {
  if (data_ != nullptr) {
    std::free(block_of(data_));
  }
}

}  // namespace blindfit::base
