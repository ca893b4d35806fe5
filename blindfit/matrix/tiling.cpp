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

bool Tiling::fits() const {
  if (rows == 0 || features == 0 || classes == 0 || !std::has_single_bit(class_group)) {
    return false;
  }
  const std::vector<ClassGroup> groups = class_groups();
  // The first group is the largest.
  return groups.size() * feature_tiles() <= part_rows(groups.front());
}

}  // namespace blindfit::matrix
