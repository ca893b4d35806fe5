// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/transform_file.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "blindfit/wire/json_fields.h"
#include "blindfit/wire/json_file.h"

namespace blindfit::wire {
namespace {

using base::Error;
using data::TransformKind;
using nlohmann::json;

constexpr std::uint64_t kMaxInputs = std::uint64_t{1} << 24;

struct KindName {
  TransformKind kind;
  const char* name;
};
constexpr std::array<KindName, 4> kKindNames = {{{TransformKind::kNone, "none"},
                                                 {TransformKind::kCentre, "centre"},
                                                 {TransformKind::kStandardise, "standardise"},
                                                 {TransformKind::kWhiten, "whiten"}}};

json to_array(const Eigen::VectorXd& vector) {
  return std::vector<double>(vector.begin(), vector.end());
}

Eigen::VectorXd to_vector(const std::vector<double>& values) {
  return Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
}

TransformKind kind_of(const JsonFields& fields) {
  const std::string name = fields.text("kind");
  for (const KindName& entry : kKindNames) {
    if (name == entry.name) {
      return entry.kind;
    }
  }
  fields.fail("kind", "none, centre, standardise or whiten");
}

/// Rows are checked before the matrix is allocated, so that it is never larger than the text.
data::Matrix projection_of(const JsonFields& fields, std::size_t inputs) {
  const json& rows = fields.at("projection");
  const auto is_row = [inputs](const json& row) {
    return row.is_array() && row.size() == inputs &&
           std::all_of(row.begin(), row.end(), [](const json& v) { return v.is_number(); });
  };
  if (!rows.is_array() || !std::all_of(rows.begin(), rows.end(), is_row)) {
    fields.fail("projection", "an array of rows of " + std::to_string(inputs) + " numbers");
  }
  data::Matrix projection(static_cast<Eigen::Index>(rows.size()),
                          static_cast<Eigen::Index>(inputs));
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t c = 0; c < inputs; ++c) {
      projection(static_cast<Eigen::Index>(r), static_cast<Eigen::Index>(c)) =
          rows[r][c].get<double>();
    }
  }
  return projection;
}

}  // namespace

json to_json(const data::FeatureTransform& transform) {
  json object = {{"inputs", transform.inputs}};
  for (const KindName& entry : kKindNames) {
    if (entry.kind == transform.kind) {
      object["kind"] = entry.name;
    }
  }
  if (transform.mean.size() != 0) {
    object["mean"] = to_array(transform.mean);
  }
  if (transform.scale.size() != 0) {
    object["scale"] = to_array(transform.scale);
  }
  if (transform.projection.rows() != 0) {
    json& rows = object["projection"] = json::array();
    for (Eigen::Index r = 0; r < transform.projection.rows(); ++r) {
      rows.push_back(to_array(transform.projection.row(r)));
    }
  }
  return object;
}

base::Result<data::FeatureTransform> transform_from_json(const json& object) {
  try {
    const JsonFields fields(object, "transform", {"kind", "inputs", "mean", "scale", "projection"});
    data::FeatureTransform transform;
    transform.kind = kind_of(fields);
    const std::uint64_t inputs = fields.unsigned_integer("inputs", kMaxInputs);
    transform.inputs = static_cast<Eigen::Index>(inputs);
    if (fields.has("mean")) {
      transform.mean = to_vector(fields.numbers("mean"));
    }
    if (fields.has("scale")) {
      transform.scale = to_vector(fields.numbers("scale"));
    }
    if (fields.has("projection")) {
      transform.projection = projection_of(fields, inputs);
    }
    return data::conforming(std::move(transform));
  } catch (const Error& error) {
    return error;
  }
}

std::vector<std::uint8_t> save_transform(const Identity& identity,
                                         const data::FeatureTransform& transform) {
  return save_json(ObjectKind::kTransform, identity, to_json(transform));
}

base::Result<data::FeatureTransform> load_transform(std::span<const std::uint8_t> bytes,
                                                    const Identity& identity,
                                                    const Limits& limits) {
  const base::Result<JsonObject> object = load_json(bytes, ObjectKind::kTransform, limits);
  if (!object) {
    return object.error();
  }
  if (const base::Status status = check_identity(object->header, identity); !status) {
    return status.error();
  }
  const base::Result<json> document = parse_json(object->text, limits);
  if (!document) {
    return document.error();
  }
  return transform_from_json(*document);
}

}  // namespace blindfit::wire
