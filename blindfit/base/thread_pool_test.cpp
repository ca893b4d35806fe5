// SPDX-License-Identifier: Apache-2.0
#include "blindfit/base/thread_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace blindfit::base {
namespace {

class ThreadPoolOfSize : public testing::TestWithParam<std::size_t> {
 protected:
  ThreadPool pool_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Threads, ThreadPoolOfSize, testing::Values(1, 2, 3, 4),
                         [](const auto& instance) { return std::to_string(instance.param); });

TEST_P(ThreadPoolOfSize, CountsTheCallerAmongItsThreads) {
  EXPECT_EQ(pool_.threads(), GetParam());
}

TEST_P(ThreadPoolOfSize, RunsEveryTaskOnce) {
  for (const std::size_t count : {0U, 1U, 2U, 7U, 1000U}) {
    std::vector<std::atomic<int>> calls(count);
    pool_.parallel_for(count, [&](std::size_t i) { ++calls[i]; });
    EXPECT_TRUE(std::all_of(calls.begin(), calls.end(), [](const auto& c) { return c == 1; }))
        << count;
  }
}

TEST_P(ThreadPoolOfSize, MakesWritesOfTasksVisibleToTheCaller) {
  // Plain integers on purpose: ThreadSanitizer reports the join if it does not synchronise.
  std::vector<std::size_t> squares(257);
  for (int round = 0; round < 50; ++round) {
    pool_.parallel_for(squares.size(), [&](std::size_t i) { squares[i] += i * i; });
  }
  for (std::size_t i = 0; i < squares.size(); ++i) {
    EXPECT_EQ(squares[i], 50 * i * i);
  }
}

TEST_P(ThreadPoolOfSize, RunsANestedCallSeriallyInItsTask) {
  std::vector<std::vector<std::thread::id>> threads(8);
  pool_.parallel_for(threads.size(), [&](std::size_t outer) {
    threads[outer].resize(5);
    pool_.parallel_for(
        5, [&, outer](std::size_t inner) { threads[outer][inner] = std::this_thread::get_id(); });
  });
  for (const auto& used : threads) {
    EXPECT_EQ(std::set(used.begin(), used.end()).size(), 1U);
    EXPECT_NE(used.front(), std::thread::id());
  }
}

TEST_P(ThreadPoolOfSize, RethrowsTheExceptionOfTheLowestIndexAfterTheRestHasRun) {
  std::atomic<int> calls = 0;
  try {
    pool_.parallel_for(100, [&](std::size_t i) {
      ++calls;
      // The lower index fails last, so that the first failure in time is not the one to report.
      if (i == 3) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
      if (i == 3 || i == 4 || i == 90) {
        throw std::runtime_error(std::to_string(i));
      }
    });
    FAIL() << "no exception";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "3");
  }
  EXPECT_EQ(calls, 100);
}

TEST_P(ThreadPoolOfSize, WorksAgainAfterAnException) {
  EXPECT_THROW(pool_.parallel_for(10, [](std::size_t) { throw std::logic_error("always"); }),
               std::logic_error);
  std::atomic<std::size_t> sum = 0;
  EXPECT_NO_THROW(pool_.parallel_for(10, [&](std::size_t i) { sum += i; }));
  EXPECT_EQ(sum, 45U);
}

TEST_P(ThreadPoolOfSize, RethrowsFromANestedCall) {
  EXPECT_THROW(pool_.parallel_for(4,
                                  [&](std::size_t) {
                                    pool_.parallel_for(
                                        4, [](std::size_t) { throw std::runtime_error("inner"); });
                                  }),
               std::runtime_error);
}

TEST_P(ThreadPoolOfSize, ServesSeveralCallersInTurn) {
  constexpr std::size_t kCallers = 3;
  std::vector<std::size_t> sums(kCallers);
  std::vector<std::thread> callers;
  for (std::size_t caller = 0; caller < kCallers; ++caller) {
    callers.emplace_back([&, caller] {
      for (int round = 0; round < 100; ++round) {
        std::vector<std::size_t> values(17);
        pool_.parallel_for(values.size(), [&](std::size_t i) { values[i] = i + caller; });
        sums[caller] += std::accumulate(values.begin(), values.end(), std::size_t{0});
      }
    });
  }
  for (std::thread& thread : callers) {
    thread.join();
  }
  for (std::size_t caller = 0; caller < kCallers; ++caller) {
    EXPECT_EQ(sums[caller], 100 * (136 + 17 * caller));
  }
}

TEST_P(ThreadPoolOfSize, KeepsAllItsThreadsBusyAtOnce) {
  // Each task waits until as many tasks run as there are threads: a pool that worked serially would
  // time out.
  std::mutex mutex;
  std::condition_variable arrived;
  std::size_t inside = 0;
  std::atomic<bool> all_met = true;
  pool_.parallel_for(GetParam(), [&](std::size_t) {
    std::unique_lock lock(mutex);
    ++inside;
    arrived.notify_all();
    if (!arrived.wait_for(lock, std::chrono::seconds(20), [&] { return inside == GetParam(); })) {
      all_met = false;
    }
  });
  EXPECT_TRUE(all_met);
}

TEST(ThreadPool, TakesOneThreadPerCoreByDefault) {
  EXPECT_EQ(ThreadPool().threads(), std::max(1U, std::thread::hardware_concurrency()));
}

TEST(ThreadPool, StopsWithoutEverHavingWorked) {
  for (int round = 0; round < 50; ++round) {
    const ThreadPool pool(4);
  }
}

}  // namespace
}  // namespace blindfit::base
