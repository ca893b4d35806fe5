// SPDX-License-Identifier: Apache-2.0
// `blindfit-cloud refresh` as a process of its own, on a real set: what comes back decrypts, and
// what is missing, damaged or swapped is refused by name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <numbers>
#include <sstream>

#include "apps/owner/experiments/refresh_owner.h"
#include "apps/owner/experiments/temporary_folder.h"
#include "apps/program/console.h"
#include "apps/program/subprocess.h"

namespace blindfit::experiments {
namespace {

using ::testing::HasSubstr;
using wire::RoleKind;
namespace fs = std::filesystem;

constexpr unsigned kLogSlots = 12;
constexpr int kIo = 3;
constexpr int kDamaged = 4;
/// Bits that note 0008 measures at the worst slot, less one for what twenty runs did not see.
constexpr double kPrecision = 0x1p-18;

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

void write_text(const fs::path& path, const std::string& text) {
  fs::remove(path);  // it may be a link
  std::ofstream(path, std::ios::binary) << text;
}

double worst_error(const ckks::Slots& measured, const ckks::Slots& expected) {
  double worst = 0;
  for (std::size_t j = 0; j < expected.size(); ++j) {
    worst = std::max(worst, std::abs(measured[j] - expected[j]));
  }
  return worst;
}

class RefreshCommand : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared_folder = new TemporaryFolder({}, "blindfit-refresh");
    shared_owner = new RefreshOwner({bootstrap::set_a(), kLogSlots, base::Seed{1}, 2, true});
    base::ThreadPool pool;
    shared_owner->write_keys(upload(), pool);
    shared_owner->write_inputs(upload(), {constant(), circle()});
  }
  static void TearDownTestSuite() {
    delete shared_owner;
    delete shared_folder;
  }

  static fs::path upload() { return shared_folder->path() / "upload"; }
  static const RefreshOwner& owner() { return *shared_owner; }

  static ckks::Slots constant() { return ckks::Slots(shared_owner->all_slots(), {1, 0}); }
  static ckks::Slots circle() {
    ckks::Slots z(shared_owner->all_slots());
    for (std::size_t j = 0; j < z.size(); ++j) {
      const auto turn = static_cast<double>(j % shared_owner->slots());
      z[j] =
          std::polar(1.0, 2 * std::numbers::pi * turn / static_cast<double>(shared_owner->slots()));
    }
    return z;
  }

  struct Ended {
    int code;
    std::string said;
  };
  static Ended refresh(const fs::path& job, const fs::path& out) {
    const fs::path said = shared_folder->path() / "said";
    const char* cloud = std::getenv("BLINDFIT_CLOUD");
    EXPECT_NE(cloud, nullptr) << "BLINDFIT_CLOUD must name the cloud's program";
    const std::string line = std::string(cloud) + " refresh --compare-threads --threads 2 --job " +
                             job.string() + " --out " + out.string() + " 2>" + said.string();
    const auto finished = program::run(
        {.program = "/bin/sh", .arguments = {"-c", line}, .directory = {}, .silent = true});
    return {finished.exit_code, text_of(said)};
  }

  /// A copy of the upload without keys, which costs nothing to read, after `damage`.
  static void expect_refused(int code, const std::string& name,
                             const std::function<void(const fs::path&)>& damage) {
    const TemporaryFolder copy({}, "blindfit-refresh");
    fs::copy(upload(), copy.path());
    fs::create_directory(copy.path() / "evaluation_keys");
    damage(copy.path());
    const fs::path out = copy.path() / "result";
    const Ended ended = refresh(copy.path(), out);
    EXPECT_EQ(ended.code, code) << ended.said;
    EXPECT_THAT(ended.said, HasSubstr("error: "));
    EXPECT_THAT(ended.said, HasSubstr(name));
    EXPECT_FALSE(fs::exists(out));
  }

 private:
  static TemporaryFolder* shared_folder;
  static RefreshOwner* shared_owner;
};
TemporaryFolder* RefreshCommand::shared_folder = nullptr;
RefreshOwner* RefreshCommand::shared_owner = nullptr;

TEST_F(RefreshCommand, GivesBackLevelsThatCanBeUsed) {
  const fs::path out = upload().parent_path() / "result";
  const Ended ended = refresh(upload(), out);
  ASSERT_EQ(ended.code, 0) << ended.said;
  EXPECT_LT(worst_error(owner().decrypt(out, RoleKind::kRefreshed, 1), constant()), kPrecision);
  EXPECT_LT(worst_error(owner().decrypt(out, RoleKind::kRefreshed, 2), circle()), kPrecision);
  ckks::Slots power = circle();
  for (std::size_t exponent = 2; exponent <= 11; ++exponent) {
    const ckks::Slots z = circle();
    for (std::size_t j = 0; j < z.size(); ++j) {
      power[j] *= z[j];
    }
    const ckks::Slots measured = owner().decrypt(out, RoleKind::kPower, exponent);
    EXPECT_LT(worst_error(measured, power), static_cast<double>(exponent) * kPrecision);
    EXPECT_GT(worst_error(measured, z), 0.1);  // another power is not taken for it
  }
  EXPECT_FALSE(owner().has(out, RoleKind::kPower, 12));

  const auto record = program::read_json_file(out / "refreshed.json");
  EXPECT_EQ(record["threads"], nlohmann::json({1, 2}));
  EXPECT_EQ(record["seconds"].size(), 2U);
  EXPECT_EQ(record["levels_left"], 10);
  EXPECT_GT(record["evaluation_key_bytes"].get<double>(), 0x1p30);
  EXPECT_GT(record["resident_bytes"].get<double>(), record["matrix_bytes"].get<double>() + 0x1p31);
  EXPECT_LT(record["resident_bytes"].get<double>(), 6 * 0x1p30);

  const Ended again = refresh(upload(), out);  // nothing is overwritten
  EXPECT_EQ(again.code, kIo);
  EXPECT_THAT(again.said, HasSubstr("result"));
}

TEST_F(RefreshCommand, NamesTheFileThatIsMissingOrDamaged) {
  expect_refused(kIo, "refresh.json",
                 [](const fs::path& job) { fs::remove(job / "refresh.json"); });
  expect_refused(kDamaged, "refresh.json", [](const fs::path& job) {
    std::string text = text_of(job / "refresh.json");
    text.replace(text.find("\"inputs\": 2"), 11, "\"inputs\": 1");
    write_text(job / "refresh.json", text);
  });
  expect_refused(kIo, "input-0001.ct",
                 [](const fs::path& job) { fs::remove(job / "input-0001.ct"); });
  expect_refused(kIo, "input-0002.ct",
                 [](const fs::path& job) { fs::remove(job / "input-0002.ct"); });
  expect_refused(kDamaged, "input-0002.ct", [](const fs::path& job) {
    write_text(job / "input-0002.ct", text_of(job / "input-0002.ct").substr(0, 5000));
  });
  expect_refused(kDamaged, "input-0001.ct", [](const fs::path& job) {
    const std::string first = text_of(job / "input-0001.ct");
    write_text(job / "input-0001.ct", text_of(job / "input-0002.ct"));
    write_text(job / "input-0002.ct", first);
  });
  expect_refused(kIo, "from_sparse.key", [](const fs::path&) {});
  expect_refused(kDamaged, "from_sparse.key", [](const fs::path& job) {
    fs::copy(upload() / "evaluation_keys" / "relinearization.key",
             job / "evaluation_keys" / "from_sparse.key");
  });
}

}  // namespace
}  // namespace blindfit::experiments
