// SPDX-License-Identifier: Apache-2.0
// A holder for what must not leak by accident: key material and passphrases.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <span>
#include <type_traits>
#include <utility>

#include "blindfit/base/csprng.h"

namespace blindfit::base {

/// True iff the two byte strings are equal. Takes time that depends on their lengths only.
[[nodiscard]] bool equal_in_constant_time(std::span<const std::uint8_t> a,
                                          std::span<const std::uint8_t> b) noexcept;

/// A container of plain words whose memory Secret can reach: std::array, std::vector, std::string,
/// AlignedBuffer.
template <typename T>
concept WipeableContainer = requires(T& container) {
  { *container.data() } -> std::same_as<std::remove_pointer_t<decltype(container.data())>&>;
  { container.size() } -> std::convertible_to<std::size_t>;
}
&&std::is_trivially_copyable_v<std::remove_pointer_t<decltype(std::declval<T&>().data())>>;

/// Owns a secret value: cannot be printed or copied, is overwritten with zeros when it is
/// destroyed, assigned or moved from, and compares in constant time. The value is reached only
/// through expose(), so that `grep expose` lists every use. A container that grows leaves copies of
/// its old memory behind: give it its size first, fill it afterwards.
template <WipeableContainer T>
class Secret {
 public:
  Secret() = default;
  /// Takes `value` over and wipes what the caller's object still held.
  explicit Secret(T&& value) : value_(std::move(value)) { wipe_container(value); }
  Secret(Secret&& other) noexcept : value_(std::move(other.value_)) {
    wipe_container(other.value_);
  }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      wipe_container(value_);
      value_ = std::move(other.value_);
      wipe_container(other.value_);
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe_container(value_); }

  [[nodiscard]] T& expose() noexcept { return value_; }
  [[nodiscard]] const T& expose() const noexcept { return value_; }

  friend bool operator==(const Secret& a, const Secret& b) noexcept {
    return equal_in_constant_time(bytes_of(a.value_), bytes_of(b.value_));
  }
  friend std::ostream& operator<<(std::ostream& stream, const Secret& secret) = delete;

 private:
  static std::span<const std::uint8_t> bytes_of(const T& container) noexcept {
    return {reinterpret_cast<const std::uint8_t*>(container.data()),
            container.size() * sizeof(*container.data())};
  }
  static void wipe_container(T& container) noexcept {
    // What was erased from a vector, or moved out of a short string, still lies between size and
    // capacity.
    if constexpr (requires { container.resize(container.capacity()); }) {
      container.resize(container.capacity());
    }
    wipe({reinterpret_cast<std::uint8_t*>(container.data()),
          container.size() * sizeof(*container.data())});
    if constexpr (requires { container.clear(); }) {
      container.clear();
    }
  }

  T value_{};
};

}  // namespace blindfit::base
