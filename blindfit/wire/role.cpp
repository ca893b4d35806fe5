// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/role.h"

namespace blindfit::wire {
namespace {

const char* name_of(RoleKind kind) noexcept {
  switch (kind) {
    case RoleKind::kNone:
      return "no role";
    case RoleKind::kData:
      return "data";
    case RoleKind::kLabels:
      return "labels";
    case RoleKind::kLabelProduct:
      return "label product";
    case RoleKind::kPreconditioner:
      return "preconditioner";
    case RoleKind::kStart:
      return "start";
    case RoleKind::kWeights:
      return "weights";
    case RoleKind::kCheckpointV:
      return "checkpoint V";
    case RoleKind::kCheckpointW:
      return "checkpoint W";
    case RoleKind::kState:
      return "state";
    case RoleKind::kInput:
      return "input";
    case RoleKind::kRefreshed:
      return "refreshed input";
    case RoleKind::kPower:
      return "power";
    case RoleKind::kQueryRows:
      return "query rows";
    case RoleKind::kLogits:
      return "logits";
  }
  return "unknown role";
}

}  // namespace

std::string to_string(const Role& role) {
  std::string text = name_of(role.kind);
  if (role.index != 0) {
    text += ' ';
    text += std::to_string(role.index);
  }
  return text;
}

}  // namespace blindfit::wire
