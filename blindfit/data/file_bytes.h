// SPDX-License-Identifier: Apache-2.0
// Whole files into memory, gzip unpacked on the way, never more than a limit (zlib, RFC 1952).
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "blindfit/base/error.h"

namespace blindfit::data {

using Bytes = std::vector<std::uint8_t>;

/// Reads the file at `path`; what begins with the gzip magic number is unpacked.
/// Errors: kIo when it is missing or unreadable; kTooLarge when the file or what it unpacks to is
/// longer than `limit` bytes; kCorrupt when the gzip stream is damaged or cut short.
base::Result<Bytes> read_unpacked(const std::filesystem::path& path, std::int64_t limit);

/// Unpacks a gzip stream (of one or more members). `source` names it in messages. Memory stays
/// below twice `limit` however small the input: a decompression bomb is refused with kTooLarge.
base::Result<Bytes> gunzip(std::span<const std::uint8_t> packed, const std::string& source,
                           std::int64_t limit);

}  // namespace blindfit::data
