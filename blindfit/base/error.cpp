// SPDX-License-Identifier: Apache-2.0
#include "blindfit/base/error.h"

namespace blindfit::base {

const char* to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return "invalid_argument";
    case ErrorCode::kInsecureParameters:
      return "insecure_parameters";
    case ErrorCode::kLevelExhausted:
      return "level_exhausted";
    case ErrorCode::kLevelMismatch:
      return "level_mismatch";
    case ErrorCode::kScaleMismatch:
      return "scale_mismatch";
    case ErrorCode::kKeyMissing:
      return "key_missing";
    case ErrorCode::kMalformed:
      return "malformed";
    case ErrorCode::kCorrupt:
      return "corrupt";
    case ErrorCode::kForeign:
      return "foreign";
    case ErrorCode::kTooLarge:
      return "too_large";
    case ErrorCode::kIo:
      return "io";
    case ErrorCode::kUnsupportedCpu:
      return "unsupported_cpu";
    case ErrorCode::kCanary:
      return "canary";
    case ErrorCode::kCancelled:
      return "cancelled";
  }
  return "unknown";
}

}  // namespace blindfit::base
