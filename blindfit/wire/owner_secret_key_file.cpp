// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/owner_secret_key_file.h"

#include <sodium.h>

#include <array>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "blindfit/base/atomic_file.h"
#include "blindfit/wire/parameters_file.h"

namespace blindfit::wire {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::uint32_t kPlain = 0;
constexpr std::uint32_t kPassphrase = 1;
constexpr std::size_t kSaltBytes = crypto_pwhash_SALTBYTES;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(kSaltBytes == 16 && kNonceBytes == 24 && kTagBytes == 16, "fixed by docs/format.md");
using WrappingKey = base::Secret<std::array<std::uint8_t, 32>>;

/// Four coefficients a byte: 0 is 00, 1 is 01, -1 is 11; no branch depends on a coefficient.
SecretBytes pack_ternary(const std::vector<std::int8_t>& coefficients) {
  std::vector<std::uint8_t> packed(coefficients.size() / 4);
  for (std::size_t i = 0; i < coefficients.size(); ++i) {
    const unsigned code = static_cast<unsigned>(coefficients[i]) & 3U;
    packed[i / 4] = static_cast<std::uint8_t>(packed[i / 4] | code << (i % 4 * 2));
  }
  return SecretBytes(std::move(packed));
}

base::Result<base::Secret<std::vector<std::int8_t>>> unpack_ternary(
    std::span<const std::uint8_t> packed) {
  std::vector<std::int8_t> coefficients(packed.size() * 4);
  unsigned invalid = 0;
  for (std::size_t i = 0; i < coefficients.size(); ++i) {
    const unsigned code = static_cast<unsigned>(packed[i / 4]) >> (i % 4 * 2) & 3U;
    invalid |= (code >> 1U) & ~code & 1U;
    coefficients[i] =
        static_cast<std::int8_t>(static_cast<int>(code & 1U) - static_cast<int>(code & 2U));
  }
  base::Secret<std::vector<std::int8_t>> result(std::move(coefficients));
  if (invalid != 0) {
    return Error(ErrorCode::kMalformed, "coefficients of the owner's key are -1, 0 or 1");
  }
  return result;
}

WrappingKey derive(const Protection& protection, std::span<const std::uint8_t> salt) {
  base::require_sodium();
  const PassphraseCost& cost = protection.cost;
  if (cost.passes < crypto_pwhash_OPSLIMIT_MIN || cost.memory_bytes < crypto_pwhash_MEMLIMIT_MIN ||
      cost.memory_bytes > crypto_pwhash_MEMLIMIT_MAX) {
    throw Error(ErrorCode::kInvalidArgument,
                "Argon2id needs at least 1 pass and 8192 bytes: " + std::to_string(cost.passes) +
                    " and " + std::to_string(cost.memory_bytes));
  }
  WrappingKey key;
  if (crypto_pwhash(key.expose().data(), key.expose().size(), protection.passphrase.data(),
                    protection.passphrase.size(), salt.data(), cost.passes,
                    static_cast<std::size_t>(cost.memory_bytes),
                    crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw Error(ErrorCode::kTooLarge,
                "deriving a key from the passphrase needs this many bytes "
                "of free memory: " +
                    std::to_string(cost.memory_bytes));
  }
  return key;
}

/// What follows the parameters in the payload.
struct Body {
  std::uint32_t protection = kPlain;
  PassphraseCost cost;
  std::span<const std::uint8_t> salt;
  std::span<const std::uint8_t> nonce;
  std::span<const std::uint8_t> sealed;  ///< packed coefficients, or their encryption and tag
};

base::Result<Body> read_body(ByteReader& in) {
  Body body;
  body.protection = in.number<std::uint32_t>();
  if (body.protection == kPassphrase) {
    body.cost.passes = in.number<std::uint64_t>();
    body.cost.memory_bytes = in.number<std::uint64_t>();
    body.salt = in.bytes(kSaltBytes);
    body.nonce = in.bytes(kNonceBytes);
  } else if (body.protection != kPlain) {
    return Error(ErrorCode::kMalformed,
                 "the protection of the owner's key is 0 or 1: " + std::to_string(body.protection));
  }
  if (in.failed()) {
    return Error(ErrorCode::kMalformed,
                 "the owner's key is cut short: bytes left " + std::to_string(in.remaining()));
  }
  body.sealed = in.bytes(in.remaining());
  return body;
}

struct OpenKey {
  Header header;
  rlwe::ParametersLiteral literal;
  Body body;
};

base::Result<OpenKey> open_key(std::span<const std::uint8_t> bytes, const Limits& limits) {
  const base::Result<OpenObject> object = open_object(bytes, ObjectKind::kOwnerKey, limits);
  if (!object) {
    return object.error();
  }
  ByteReader in(object->payload);
  base::Result<rlwe::ParametersLiteral> literal = read_parameters_literal(in);
  if (!literal) {
    return literal.error();
  }
  const base::Result<Body> body = read_body(in);
  if (!body) {
    return body.error();
  }
  return OpenKey{object->header, std::move(literal).value(), *body};
}

std::optional<Error> check_passphrase(const Body& body, std::string_view passphrase,
                                      const Limits& limits) {
  if (passphrase.empty() != (body.protection == kPlain)) {
    return Error(ErrorCode::kInvalidArgument,
                 passphrase.empty()
                     ? "the owner's key is protected: give its passphrase"
                     : "the owner's key is not protected: use it without a passphrase");
  }
  if (body.protection == kPassphrase && (body.cost.passes > limits.max_passphrase_passes ||
                                         body.cost.memory_bytes > limits.max_passphrase_memory)) {
    return Error(
        ErrorCode::kTooLarge,
        "opening the owner's key may take at most " + std::to_string(limits.max_passphrase_passes) +
            " passes over " + std::to_string(limits.max_passphrase_memory) + " bytes here: " +
            std::to_string(body.cost.passes) + " over " + std::to_string(body.cost.memory_bytes));
  }
  return std::nullopt;
}

/// The packed coefficients; `authenticated` is the file up to the encryption.
base::Result<SecretBytes> unseal(const Body& body, std::string_view passphrase,
                                 std::span<const std::uint8_t> authenticated) {
  if (body.protection == kPlain) {
    return SecretBytes(std::vector<std::uint8_t>(body.sealed.begin(), body.sealed.end()));
  }
  const WrappingKey key = derive({passphrase, body.cost}, body.salt);
  SecretBytes packed(std::vector<std::uint8_t>(body.sealed.size() - kTagBytes));
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(packed.expose().data(), nullptr, nullptr,
                                                 body.sealed.data(), body.sealed.size(),
                                                 authenticated.data(), authenticated.size(),
                                                 body.nonce.data(), key.expose().data()) != 0) {
    return Error(
        ErrorCode::kCorrupt,
        "the passphrase does not open the owner's key (mistyped, or the file was changed)");
  }
  return packed;
}

void write_protected(const SecretBytes& packed, const Protection& protection,
                     ObjectWriter& object) {
  std::array<std::uint8_t, kSaltBytes> salt{};
  std::array<std::uint8_t, kNonceBytes> nonce{};
  base::random_bytes(salt);
  base::random_bytes(nonce);
  const WrappingKey key = derive(protection, salt);
  ByteWriter& out = object.payload();
  out.number(protection.cost.passes);
  out.number(protection.cost.memory_bytes);
  out.bytes(salt);
  out.bytes(nonce);
  const std::vector<std::uint8_t> authenticated(out.written().begin(), out.written().end());
  const std::span<std::uint8_t> sealed = out.extend(packed.expose().size() + kTagBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      sealed.data(), nullptr, packed.expose().data(), packed.expose().size(), authenticated.data(),
      authenticated.size(), nullptr, nonce.data(), key.expose().data());
}

}  // namespace

SecretBytes save_owner_secret_key(const rlwe::Parameters& parameters, const OwnerSecretKey& key,
                                  const Protection& protection) {
  const bool is_protected = !protection.passphrase.empty();
  const SecretBytes packed = pack_ternary(key.secret.coefficients());
  const std::size_t extra = is_protected ? 16 + kSaltBytes + kNonceBytes + kTagBytes : 0;
  ObjectWriter object(ObjectKind::kOwnerKey, {parameters.fingerprint(), key.key_set},
                      parameters_literal_bytes(parameters.literal()) + sizeof(std::uint32_t) +
                          extra + packed.expose().size());
  write_parameters_literal(parameters.literal(), object.payload());
  object.payload().number(is_protected ? kPassphrase : kPlain);
  if (is_protected) {
    write_protected(packed, protection, object);
  } else {
    object.payload().bytes(packed.expose());
  }
  return SecretBytes(std::move(object).seal());
}

base::Result<bool> needs_passphrase(std::span<const std::uint8_t> bytes, const Limits& limits) {
  const base::Result<OpenKey> key = open_key(bytes, limits);
  if (!key) {
    return key.error();
  }
  return key->body.protection == kPassphrase;
}

base::Result<OwnerSecretKey> load_owner_secret_key(std::span<const std::uint8_t> bytes,
                                                   const rlwe::Context& context,
                                                   std::string_view passphrase,
                                                   const Limits& limits) {
  const base::Result<OpenKey> key = open_key(bytes, limits);
  if (!key) {
    return key.error();
  }
  const Identity expected{context.parameters().fingerprint(), key->header.identity.key_set};
  if (const base::Status status = check_identity(key->header, expected); !status) {
    return status.error();
  }
  const Body& body = key->body;
  const std::size_t expected_bytes =
      context.parameters().n() / 4 + (body.protection == kPassphrase ? kTagBytes : 0);
  if (key->literal != context.parameters().literal() || body.sealed.size() != expected_bytes) {
    return Error(ErrorCode::kMalformed,
                 "the owner's key holds two bits a coefficient of its parameters: " +
                     std::to_string(body.sealed.size()) + " bytes, expected " +
                     std::to_string(expected_bytes));
  }
  if (auto error = check_passphrase(body, passphrase, limits)) {
    return *error;
  }
  try {
    const auto authenticated = static_cast<std::size_t>(body.sealed.data() - bytes.data());
    base::Result<SecretBytes> packed = unseal(body, passphrase, bytes.first(authenticated));
    if (!packed) {
      return packed.error();
    }
    auto coefficients = unpack_ternary(packed->expose());
    if (!coefficients) {
      return coefficients.error();
    }
    base::Secret<std::vector<std::int8_t>> values = std::move(coefficients).value();
    return OwnerSecretKey{expected.key_set, owner::SecretKey(context, std::move(values.expose()))};
  } catch (const Error& error) {
    return error;
  }
}

base::Status write_owner_secret_key_file(const std::filesystem::path& path,
                                         const SecretBytes& bytes) {
  return base::write_file(path, bytes.expose(), base::FileAccess::kOwnerOnly);
}

base::Result<SecretBytes> read_owner_secret_key_file(const std::filesystem::path& path,
                                                     const Limits& limits) {
  using std::filesystem::perms;
  std::error_code ignored;  // a file that cannot be examined cannot be read either
  const std::filesystem::file_status status = std::filesystem::status(path, ignored);
  const perms open = status.permissions() & (perms::group_all | perms::others_all);
  if (std::filesystem::is_regular_file(status) && open != perms::none) {
    return Error(ErrorCode::kIo, "'" + path.string() +
                                     "': only its owner may have access to the owner's key; run "
                                     "chmod 600 on it: group or others have some");
  }
  base::Result<std::vector<std::uint8_t>> bytes = base::read_file(path, limits.max_bytes);
  if (!bytes) {
    return bytes.error();
  }
  return SecretBytes(std::move(bytes).value());
}

}  // namespace blindfit::wire
