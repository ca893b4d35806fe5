// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/query_file.h"

#include <nlohmann/json.hpp>

#include "blindfit/wire/checked_json.h"
#include "blindfit/wire/json_fields.h"
#include "blindfit/wire/plan_file.h"

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

json to_json(const Query& query) {
  if (query.rows == 0 || query.rows > kMaxQueryRows) {
    throw Error(ErrorCode::kInvalidArgument,
                "a query must ask for 1 to 2^32 rows: " + std::to_string(query.rows));
  }
  if (!follow_the_rule(query.iterations)) {
    throw Error(ErrorCode::kInvalidArgument, "a query's iterations must be " + iterations_rule() +
                                                 ": " + json(query.iterations).dump());
  }
  return {{"plan", hexadecimal(query.plan)},
          {"nonce", hexadecimal(query.nonce)},
          {"rows", query.rows},
          {"iterations", query.iterations}};
}

Query from_json(const json& document) {
  const JsonFields fields(document, "query",
                          {"format", "version", "checksum", "plan", "nonce", "rows", "iterations"});
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
  return query;
}

}  // namespace

std::string save_query(const Query& query) {
  return save_document(kKind, to_json(query));
}

base::Result<Query> load_query(std::string_view text, const Limits& limits) {
  const base::Result<json> document = load_document(kKind, text, limits);
  if (!document) {
    return document.error();
  }
  try {
    return from_json(*document);
  } catch (const Error& error) {
    return error;
  }
}

base::Digest query_fingerprint(const Query& query) {
  return document_digest(to_json(query));
}

}  // namespace blindfit::wire
