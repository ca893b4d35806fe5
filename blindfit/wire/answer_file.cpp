// SPDX-License-Identifier: Apache-2.0
#include "blindfit/wire/answer_file.h"

#include "blindfit/wire/json_fields.h"
#include "blindfit/wire/plan_file.h"
#include "blindfit/wire/read_document.h"

namespace blindfit::wire {
namespace {

using base::Error;
using base::ErrorCode;
using nlohmann::json;

constexpr DocumentKind kKind{"blindfit answer", 1};

json to_json(const Answer& answer) {
  if (answer.iteration == 0 || answer.iteration > kMaxIterations) {
    throw Error(ErrorCode::kInvalidArgument, "an answer's iteration must be in [1, " +
                                                 std::to_string(kMaxIterations) +
                                                 "]: " + std::to_string(answer.iteration));
  }
  return {{"query", hexadecimal(answer.query)},
          {"iteration", answer.iteration},
          {"go_on", answer.go_on}};
}

Answer from_json(const json& document) {
  const JsonFields fields(document, "answer",
                          {"format", "version", "checksum", "query", "iteration", "go_on"});
  Answer answer;
  answer.query = fields.seed("query");
  answer.iteration = fields.unsigned_integer("iteration", kMaxIterations);
  if (answer.iteration == 0) {
    fields.fail("iteration", "positive");
  }
  answer.go_on = fields.boolean("go_on");
  return answer;
}

}  // namespace

std::string save_answer(const Answer& answer) {
  return save_document(kKind, to_json(answer));
}

base::Result<Answer> load_answer(std::string_view text, const Limits& limits) {
  return read_document(kKind, text, limits, from_json);
}

}  // namespace blindfit::wire
