// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/journey/answer_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "blindfit/testing/temporary_folder.h"

namespace blindfit::journey {
namespace {

using base::ErrorCode;

const base::Digest kQuery{1};

wire::Query query_of(std::size_t first, std::size_t count) {
  wire::Query query;
  query.rows = 1;
  query.iterations.resize(count);
  std::iota(query.iterations.begin(), query.iterations.end(), first);
  return query;
}

LoggedAnswer answer_to(std::size_t iteration, base::Digest query = kQuery) {
  return {query, iteration, base::Digest{7}, true, 0.5, 1.25, "2026-11-23T00:00:00Z"};
}

/// The code of what `call` throws.
template <typename Call>
ErrorCode code_of(Call call) {
  try {
    call();
  } catch (const base::Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorCode::kCanary;
}

class AnswerLogTest : public ::testing::Test {
 protected:
  [[nodiscard]] AnswerLog open() const { return AnswerLog(folder_.path()); }

  testing::TemporaryFolder folder_;
};

TEST_F(AnswerLogTest, RemembersWhatWasAnsweredToWhat) {
  AnswerLog log = open();
  EXPECT_TRUE(log.answers().empty());
  LoggedAnswer stop = answer_to(2);
  stop.go_on = false;
  log.add(query_of(1, 3), stop);
  const AnswerLog again = open();
  ASSERT_EQ(again.answers().size(), 1U);
  const auto found = again.find(kQuery, 2, base::Digest{7});
  ASSERT_TRUE(found.has_value());
  EXPECT_FALSE(found->go_on);
  EXPECT_EQ(found->loss, 1.25);
  EXPECT_EQ(found->time, stop.time);
  EXPECT_FALSE(again.find(kQuery, 1, base::Digest{7}).has_value());
  EXPECT_FALSE(again.find(base::Digest{2}, 2, base::Digest{7}).has_value());
  EXPECT_EQ(code_of([&] { (void)again.find(kQuery, 2, base::Digest{8}); }), ErrorCode::kForeign);
}

TEST_F(AnswerLogTest, AnswersListedIterationsOnce) {
  AnswerLog log = open();
  EXPECT_EQ(code_of([&] { log.add(query_of(1, 3), answer_to(4)); }), ErrorCode::kInvalidArgument);
  log.add(query_of(1, 3), answer_to(3));
  EXPECT_EQ(code_of([&] { log.add(query_of(1, 3), answer_to(3)); }), ErrorCode::kInvalidArgument);
  EXPECT_EQ(open().answers().size(), 1U);
}

TEST_F(AnswerLogTest, GivesSixteenAnswersWhateverTheQueries) {
  AnswerLog log = open();
  for (std::size_t i = 0; i < wire::kMaxAnsweredIterations; ++i) {
    log.add(query_of(1, 16), answer_to(i / 2 + 1, base::Digest{static_cast<std::uint8_t>(i % 2)}));
  }
  EXPECT_EQ(code_of([&] { log.add(query_of(1, 16), answer_to(16)); }), ErrorCode::kInvalidArgument);
  EXPECT_EQ(open().answers().size(), wire::kMaxAnsweredIterations);
}

TEST(KeepsImproving, StopsOncePatienceIsUsedUp) {
  const std::vector<double> curve = {0.5, 0.7, 0.7, 0.6, 0.9};
  const auto first = [&](std::size_t count) { return std::span(curve).first(count); };
  EXPECT_TRUE(keeps_improving({}, 1));
  EXPECT_TRUE(keeps_improving(first(2), 1));
  EXPECT_FALSE(keeps_improving(first(3), 1));  // no better is no improvement
  EXPECT_TRUE(keeps_improving(first(3), 2));
  EXPECT_FALSE(keeps_improving(first(4), 2));
  EXPECT_TRUE(keeps_improving(first(5), 1));
  EXPECT_EQ(best_of(first(4)), 1U);
  EXPECT_EQ(best_of(curve), 4U);
}

}  // namespace
}  // namespace blindfit::journey
