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

LoggedAnswer question(std::size_t iteration, base::Digest query = kQuery) {
  LoggedAnswer entry;
  entry.query = query;
  entry.iteration = iteration;
  entry.logits = base::Digest{7};
  entry.time = "2026-11-23T00:00:00Z";
  return entry;
}

LoggedAnswer answered(LoggedAnswer entry, bool go_on) {
  entry.go_on = go_on;
  entry.accuracy = 0.5;
  entry.loss = 1.25;
  return entry;
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
  testing::TemporaryFolder folder_;
};

TEST_F(AnswerLogTest, RemembersWhatWasAnsweredToWhat) {
  {
    AnswerLog log(folder_.path());
    EXPECT_TRUE(log.answers().empty());
    log.ask(query_of(1, 3), question(2));
    log.answer(answered(question(2), false));
    log.ask(query_of(1, 3), question(3));
  }
  const AnswerLog log(folder_.path());
  ASSERT_EQ(log.answers().size(), 2U);
  const auto found = log.find(kQuery, 2, base::Digest{7});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->go_on, false);
  EXPECT_EQ(found->loss, 1.25);
  EXPECT_EQ(found->time, question(2).time);
  EXPECT_EQ(log.find(kQuery, 3, base::Digest{7})->go_on, std::nullopt);
  EXPECT_FALSE(log.find(kQuery, 1, base::Digest{7}).has_value());
  EXPECT_FALSE(log.find(base::Digest{2}, 2, base::Digest{7}).has_value());
  for (const std::size_t looked_at : {2U, 3U}) {  // with an answer or without
    EXPECT_EQ(code_of([&] { (void)log.find(kQuery, looked_at, base::Digest{8}); }),
              ErrorCode::kForeign);
  }
}

TEST_F(AnswerLogTest, LooksAtListedIterationsOnceAndAnswersThemOnce) {
  AnswerLog log(folder_.path());
  const auto refused = [](auto call) { EXPECT_EQ(code_of(call), ErrorCode::kInvalidArgument); };
  refused([&] { log.ask(query_of(1, 3), question(4)); });
  refused([&] { log.answer(answered(question(3), true)); });
  log.ask(query_of(1, 3), question(3));
  refused([&] { log.ask(query_of(1, 3), question(3)); });
  LoggedAnswer other = answered(question(3), true);
  other.logits[0] = 8;
  refused([&] { log.answer(other); });
  refused([&] { log.answer(question(3)); });
  log.answer(answered(question(3), true));
  refused([&] { log.answer(answered(question(3), false)); });
  EXPECT_EQ(log.answers().size(), 1U);
}

TEST_F(AnswerLogTest, LooksAtSixteenQuestionsWhateverTheQueries) {
  AnswerLog log(folder_.path());
  for (std::size_t i = 0; i < wire::kMaxAnsweredIterations; ++i) {
    log.ask(query_of(1, 16), question(i / 2 + 1, base::Digest{static_cast<std::uint8_t>(i % 2)}));
  }
  EXPECT_EQ(code_of([&] { log.ask(query_of(1, 16), question(16)); }), ErrorCode::kInvalidArgument);
  EXPECT_EQ(log.answers().size(), wire::kMaxAnsweredIterations);
}

TEST_F(AnswerLogTest, IsOpenOnce) {
  {
    const AnswerLog log(folder_.path());
    EXPECT_EQ(code_of([&] { const AnswerLog second(folder_.path()); }), ErrorCode::kIo);
  }
  EXPECT_NO_THROW(const AnswerLog third(folder_.path()));
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
