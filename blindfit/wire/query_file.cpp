// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/query_file.h"

#include "blindfit/wire/json_fields.h"
#include "blindfit/wire/plan_file.h"
#include "blindfit/wire/read_document.h"

namespace blindfit::wire {
namespace {

using base::Error;
using base::ErrorCode;
using nlohmann::json;

constexpr DocumentKind kKind{"blindfit query", 1};

const std::string& iterations_rule() {
  static const std::string kRule = "at most " + std::to_string(kMaxAnsweredIterations) +
                                   " strictly rising integers in [1, " +
                                   std::to_string(kMaxIterations) + "]";
  return kRule;
}

bool follow_the_rule(const std::vector<std::size_t>& iterations) {
  std::size_t last = 0;
  for (const std::size_t iteration : iterations) {
    if (iteration <= last || iteration > kMaxIterations) {
      return false;
    }
    last = iteration;
  }
  return iterations.size() <= kMaxAnsweredIterations;
}

json to_json(const learn::PlainHeadShape& head) {
  const auto fits = [](std::size_t side) { return side > 0 && side <= kMaxPlainHeadSide; };
  if (!fits(head.features) || !fits(head.classes)) {
    throw Error(ErrorCode::kInvalidArgument,
                "a plain head must have 1 to 2^24 features and "
                "classes: " +
                    std::to_string(head.features) + " and " + std::to_string(head.classes));
  }
  return {{"features", head.features}, {"classes", head.classes}};
}

std::optional<learn::PlainHeadShape> plain_from_json(const json& object) {
  if (object.is_null()) {
    return std::nullopt;
  }
  const JsonFields fields(object, "plain_head", {"features", "classes"});
  const auto side = [&](const char* name) {
    const std::uint64_t value = fields.unsigned_integer(name, kMaxPlainHeadSide);
    if (value == 0) {
      fields.fail(name, "positive");
    }
    return static_cast<std::size_t>(value);
  };
  return learn::PlainHeadShape{side("features"), side("classes")};
}

json to_json(const Query& query) {
  if (query.rows == 0 || query.rows > kMaxQueryRows) {
    throw Error(ErrorCode::kInvalidArgument,
                "a query must ask for 1 to 2^32 rows: " + std::to_string(query.rows));
  }
  if (!follow_the_rule(query.iterations)) {
    throw Error(ErrorCode::kInvalidArgument, "a query's iterations must be " + iterations_rule() +
                                                 ": " + json(query.iterations).dump());
  }
  if (query.plain && !query.iterations.empty()) {
    throw Error(ErrorCode::kInvalidArgument, "a plain head knows no iterations");
  }
  return {{"plan", hexadecimal(query.plan)},
          {"nonce", hexadecimal(query.nonce)},
          {"rows", query.rows},
          {"iterations", query.iterations},
          {"plain_head", query.plain ? to_json(*query.plain) : json()}};
}

Query from_json(const json& document) {
  const JsonFields fields(
      document, "query",
      {"format", "version", "checksum", "plan", "nonce", "rows", "iterations", "plain_head"});
  Query query;
  query.plan = fields.seed("plan");
  query.nonce = fields.seed("nonce");
  query.rows = fields.unsigned_integer("rows", kMaxQueryRows);
  if (query.rows == 0) {
    fields.fail("rows", "positive");
  }
  const std::vector<unsigned> iterations = fields.unsigned_integers("iterations", kMaxIterations);
  query.iterations.assign(iterations.begin(), iterations.end());
  if (!follow_the_rule(query.iterations)) {
    fields.fail("iterations", iterations_rule());
  }
  query.plain = plain_from_json(fields.at("plain_head"));
  if (query.plain && !query.iterations.empty()) {
    fields.fail("iterations", "empty for a plain head");
  }
  return query;
}

}  // namespace

std::string save_query(const Query& query) {
  return save_document(kKind, to_json(query));
}

base::Result<Query> load_query(std::string_view text, const Limits& limits) {
  return read_document(kKind, text, limits, from_json);
}

base::Digest query_fingerprint(const Query& query) {
  return document_digest(to_json(query));
}

}  // namespace blindfit::wire
