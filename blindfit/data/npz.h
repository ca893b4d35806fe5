// SPDX-License-Identifier: Apache-2.0
// NumPy's archives of arrays: a ZIP file with one NPY member per array (numpy.savez), by libzip.
#pragma once

#include <map>
#include <span>
#include <string>

#include "blindfit/data/file_bytes.h"
#include "blindfit/data/limits.h"

namespace blindfit::data {

/// Members by name without the ".npy" suffix.
using NpzMembers = std::map<std::string, Bytes>;

/// The archive of the members, uncompressed; the same members give the same bytes. Throws
/// Error{kInvalidArgument} if libzip refuses a name.
Bytes make_npz(const NpzMembers& members);

/// Returns every member, stored or deflated, after checking its CRC. `source` names the archive in
/// messages.
/// Errors: kMalformed when it is no ZIP archive or a member is encrypted or repeated; kCorrupt when
/// a checksum is wrong; kTooLarge when the members unpack to more than limits.bytes or number more
/// than 64.
base::Result<NpzMembers> parse_npz(std::span<const std::uint8_t> bytes, const std::string& source,
                                   const Limits& limits = {});

}  // namespace blindfit::data
