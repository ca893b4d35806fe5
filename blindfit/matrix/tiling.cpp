// SPDX-License-Identifier: Apache-2.0
#include "blindfit/matrix/tiling.h"

#include <bit>

namespace blindfit::matrix {

ClassGroup Tiling::group_of(std::size_t k) const noexcept {
  const std::size_t whole = classes / class_group * class_group;
  if (k < whole) {
    return {k / class_group * class_group, class_group};
  }
  ClassGroup group{whole, std::bit_floor(classes - whole)};
  while (k >= group.first + group.size) {
    group = {group.first + group.size, std::bit_floor(classes - group.first - group.size)};
  }
  return group;
}

std::vector<ClassGroup> Tiling::class_groups() const {
  std::vector<ClassGroup> groups;
  for (std::size_t k = 0; k < classes; k += groups.back().size) {
    groups.push_back(group_of(k));
  }
  return groups;
}

std::vector<Bundle> Tiling::bundles() const {
  std::vector<Bundle> list;
  for (const ClassGroup& group : class_groups()) {
    for (std::size_t t = 0; t < feature_tiles(); ++t) {
      list.push_back({group, t, list.size()});
    }
  }
  return list;
}

// By counting alone: sizes come from files, and lists of groups would be as long as they say.
bool Tiling::fits() const noexcept {
  if (rows == 0 || features == 0 || classes == 0 || !std::has_single_bit(class_group)) {
    return false;
  }
  const std::size_t rest = classes % class_group;
  const std::size_t groups = classes / class_group + static_cast<std::size_t>(std::popcount(rest));
  const std::size_t places = part_rows(group_of(0));  // of the first group, the largest
  return groups <= places && feature_tiles() <= places / groups;
}

}  // namespace blindfit::matrix
