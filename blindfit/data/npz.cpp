// SPDX-License-Identifier: Apache-2.0
#include "blindfit/data/npz.h"

#include <zip.h>

#include <memory>
#include <new>
#include <string_view>
#include <utility>

namespace blindfit::data {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view kSuffix = ".npy";
constexpr zip_int64_t kMostMembers = 64;

struct ZipDiscard {
  void operator()(zip_t* archive) const noexcept { zip_discard(archive); }
};
using ZipHandle = std::unique_ptr<zip_t, ZipDiscard>;

struct ZipFileClose {
  void operator()(zip_file_t* file) const noexcept { zip_fclose(file); }
};
using ZipFileHandle = std::unique_ptr<zip_file_t, ZipFileClose>;

/// A growing or given buffer that libzip reads and writes like a file; kept alive beyond the
/// archive.
struct ZipSourceFree {
  void operator()(zip_source_t* source) const noexcept { zip_source_free(source); }
};
using ZipSource = std::unique_ptr<zip_source_t, ZipSourceFree>;

ZipSource make_source(std::span<const std::uint8_t> bytes) {
  zip_error_t error;
  zip_error_init(&error);
  ZipSource source(zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error));
  zip_error_fini(&error);
  if (source == nullptr) {
    throw std::bad_alloc();
  }
  return source;
}

ZipHandle open_archive(const ZipSource& source, int flags, std::string& reason) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_keep(source.get());  // the archive gives its own reference back, or we do if it fails
  ZipHandle archive(zip_open_from_source(source.get(), flags, &error));
  if (archive == nullptr) {
    reason = zip_error_strerror(&error);
    zip_source_free(source.get());
  }
  zip_error_fini(&error);
  return archive;
}

Error cannot_make(const std::string& reason) {
  return {ErrorCode::kInvalidArgument, "the members of an NPZ archive must suit libzip: " + reason};
}

Bytes contents(zip_source_t* source) {
  zip_stat_t status;
  if (zip_source_stat(source, &status) != 0 || (status.valid & ZIP_STAT_SIZE) == 0 ||
      zip_source_open(source) != 0) {
    throw cannot_make(zip_error_strerror(zip_source_error(source)));
  }
  Bytes bytes(status.size);
  const zip_int64_t got = zip_source_read(source, bytes.data(), bytes.size());
  zip_source_close(source);
  if (got != static_cast<zip_int64_t>(bytes.size())) {
    throw cannot_make("the archive ends early");
  }
  return bytes;
}

bool add_member(zip_t* archive, const std::string& name, const Bytes& bytes) {
  zip_source_t* source = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
  if (source == nullptr) {
    return false;
  }
  const zip_int64_t index =
      zip_file_add(archive, (name + std::string(kSuffix)).c_str(), source, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    zip_source_free(source);
    return false;
  }
  const auto member = static_cast<zip_uint64_t>(index);
  constexpr zip_uint16_t kFirstDosDate = (1 << 5) | 1;  // 1980-01-01: no clock in the output
  return zip_set_file_compression(archive, member, ZIP_CM_STORE, 0) == 0 &&
         zip_file_set_dostime(archive, member, 0, kFirstDosDate, 0) == 0;
}

Result<Bytes> read_member(zip_t* archive, const zip_stat_t& status, const std::string& where) {
  const ZipFileHandle file(zip_fopen_index(archive, status.index, 0));
  if (file == nullptr) {
    return Error(ErrorCode::kMalformed,
                 where + ": a member must be stored or deflated and not " +
                     "encrypted; save it with numpy.savez: " + zip_strerror(archive));
  }
  Bytes bytes(status.size);
  zip_uint64_t have = 0;
  while (have < status.size) {
    const zip_int64_t got = zip_fread(file.get(), bytes.data() + have, status.size - have);
    if (got <= 0) {
      break;
    }
    have += static_cast<zip_uint64_t>(got);
  }
  std::uint8_t beyond = 0;  // reading the end makes libzip compare the CRC
  if (have != status.size || zip_fread(file.get(), &beyond, 1) != 0) {
    return Error(ErrorCode::kCorrupt, where + ": a member must have the size and checksum of its " +
                                          "directory entry; fetch or write the file again: " +
                                          zip_file_strerror(file.get()));
  }
  return bytes;
}

/// Reads every member of an open archive whose directory libzip has found consistent.
Result<NpzMembers> read_members(zip_t* archive, const std::string& name, const Limits& limits) {
  const zip_int64_t count = zip_get_num_entries(archive, 0);
  if (count < 1) {
    return Error(ErrorCode::kMalformed, name +
                                            ": an NPZ file must have at least one member; save "
                                            "it with numpy.savez: 0");
  }
  if (count > kMostMembers) {
    return Error(ErrorCode::kTooLarge, name + ": an NPZ file must have at most " +
                                           std::to_string(kMostMembers) +
                                           " members: " + std::to_string(count));
  }
  NpzMembers members;
  auto budget = static_cast<zip_uint64_t>(limits.bytes);
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t status;
    constexpr zip_uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_INDEX;
    if (zip_stat_index(archive, static_cast<zip_uint64_t>(i), 0, &status) != 0 ||
        (status.valid & kNeeded) != kNeeded) {
      return Error(ErrorCode::kMalformed, name +
                                              ": every member must have a directory entry with " +
                                              "name and size: member " + std::to_string(i));
    }
    std::string member = status.name;
    if (status.size > budget) {
      return Error(ErrorCode::kTooLarge, name + ": members must unpack to at most " +
                                             std::to_string(limits.bytes) +
                                             " bytes; raise the limit if this is no mistake: more");
    }
    budget -= status.size;
    std::string where = name;
    where.append(", member ").append(member);
    auto bytes = read_member(archive, status, where);
    if (!bytes) {
      return bytes.error();
    }
    if (member.size() > kSuffix.size() && member.ends_with(kSuffix)) {
      member.resize(member.size() - kSuffix.size());
    }
    if (!members.emplace(member, std::move(bytes).value()).second) {
      return Error(ErrorCode::kMalformed, where + ": member names must differ: repeated");
    }
  }
  return members;
}

}  // namespace

Bytes make_npz(const NpzMembers& members) {
  const ZipSource source = make_source({});
  std::string reason;
  ZipHandle archive = open_archive(source, ZIP_TRUNCATE, reason);
  if (archive == nullptr) {
    throw cannot_make(reason);
  }
  for (const auto& [name, bytes] : members) {
    if (!add_member(archive.get(), name, bytes)) {
      throw cannot_make(zip_strerror(archive.get()));
    }
  }
  if (zip_close(archive.get()) != 0) {
    throw cannot_make(zip_strerror(archive.get()));
  }
  static_cast<void>(archive.release());  // zip_close has freed it
  return contents(source.get());
}

Result<NpzMembers> parse_npz(std::span<const std::uint8_t> bytes, const std::string& source,
                             const Limits& limits) {
  std::string reason;
  const ZipSource buffer = make_source(bytes);
  const ZipHandle archive = open_archive(buffer, ZIP_RDONLY | ZIP_CHECKCONS, reason);
  if (archive == nullptr) {
    return Error(ErrorCode::kMalformed,
                 source + ": an NPZ file must be a consistent ZIP archive; save it with " +
                     "numpy.savez: " + reason);
  }
  return read_members(archive.get(), source, limits);
}

}  // namespace blindfit::data
