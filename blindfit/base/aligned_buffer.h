// SPDX-License-Identifier: Apache-2.0
// Cache-line aligned storage for limbs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

namespace blindfit::base {

/// Owns `size` 64-bit words, 64-byte aligned, contents uninitialised until written. Copies are
/// deep.
class AlignedBuffer {
 public:
  static constexpr std::size_t kAlignment = 64;

  AlignedBuffer() = default;
  /// Large buffers ask for huge pages, because limbs are read in more streams than the processor
  /// can translate small pages for. Throws std::bad_alloc when memory is exhausted.
  explicit AlignedBuffer(std::size_t size);
  AlignedBuffer(const AlignedBuffer& other) : AlignedBuffer(other.size_) {
    if (size_ != 0) {
      std::memcpy(data_, other.data_, size_ * sizeof(std::uint64_t));
    }
  }
  AlignedBuffer(AlignedBuffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  AlignedBuffer& operator=(const AlignedBuffer& other) {
    *this = AlignedBuffer(other);
    return *this;
  }
  AlignedBuffer& operator=(AlignedBuffer&& other) noexcept {
    AlignedBuffer taken(std::move(other));  // leaves `other` empty, frees what was here
    std::swap(data_, taken.data_);
    std::swap(size_, taken.size_);
    return *this;
  }
  ~AlignedBuffer();

  [[nodiscard]] std::uint64_t* data() noexcept { return data_; }
  [[nodiscard]] const std::uint64_t* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  std::uint64_t* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace blindfit::base
