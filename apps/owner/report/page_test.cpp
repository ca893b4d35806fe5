// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/report/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "apps/owner/report/drawings.h"
#include "apps/owner/report/html.h"

namespace blindfit::report {
namespace {

using testing::HasSubstr;
using testing::Not;

Picture made_up_digit(int label, int prediction) {
  Picture digit{8, std::vector<double>(64, 0.0), label, prediction};
  for (std::size_t i = 0; i < 8; ++i) {
    digit.ink[8 * i + 4] = 1;
    digit.ink[8 * i + 3] = static_cast<double>(i) / 8;
  }
  return digit;
}

Figures made_up_figures() {
  Figures f;
  f.train_rows = 1438;
  f.heldout_rows = 359;
  f.pixels = 64;
  f.method = "Pixels whitened to 31 components; NAG, 3 iterations & no peeking <ever>.";
  f.heldout_accuracy = 0.9582;
  f.plaintext_accuracy = 0.961;
  f.owner_only_accuracy = 0.9415;
  f.encrypted = {"trained on ciphertexts", {0.9415, 0.9526, 0.9582}};
  f.mirror = {"the same in the clear", {0.9415, 0.9526, 0.9582}};
  f.confusion.assign(10, std::vector<std::size_t>(10, 0));
  for (std::size_t k = 0; k < 10; ++k) {
    f.confusion[k][k] = 33;
    f.confusion[k][(3 * k + 1) % 10] += k % 3;
  }
  for (int k = 0; k < 14; ++k) {
    f.pictures.push_back(made_up_digit(k % 10, k == 8 ? 3 : k % 10));
  }
  f.costs = {{"Time of the cloud's process", "6.4 s on 2 threads"},
             {"Evaluation keys", "95.1 MiB in 24 files"}};
  f.cloud_files = {{"data-0001.ct", 1234567, "42 4c 49 4e 44 46 49 54 01 00 02 00"},
                   {"evaluation_keys/rotation_5.key", 4567890, "42 4c 49 4e 44 46 49 54"}};
  f.credit = "Digits: E. Alpaydin and C. Kaynak, CC BY 4.0.";
  return f;
}

TEST(Page, RefersToNothingOutsideItself) {
  const std::string page = make_page(made_up_figures());
  EXPECT_FALSE(std::regex_search(page, std::regex("(href|src)=|url\\(|@import|https?://")));
}

TEST(Page, ShowsEveryFigure) {
  const std::string page = make_page(made_up_figures());
  for (const char* text : {"1,438", "359", "95.82 %", "96.10 %", "94.15 %", "data-0001.ct",
                           "1.18 MiB", "6.4 s on 2 threads", "3, is 8", "CC BY 4.0"}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
}

TEST(Page, EscapesWhatItIsGiven) {
  const std::string page = make_page(made_up_figures());
  EXPECT_THAT(page, HasSubstr("no peeking &lt;ever&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<ever>")));
  EXPECT_EQ(escape("a<b>&\"c\"'d'"), "a&lt;b&gt;&amp;&quot;c&quot;&#39;d&#39;");
}

TEST(Page, ClosesWhatItOpens) {
  const std::string page = make_page(made_up_figures());
  std::vector<std::string> open;
  const std::regex tag("<(/?)([a-z0-9]+)[^>]*?(/?)>");
  for (std::sregex_iterator it(page.begin(), page.end(), tag), end; it != end; ++it) {
    const std::string name = (*it)[2];
    if (name == "meta" || (*it)[3] == "/") {
      continue;
    }
    if ((*it)[1] == "") {
      open.push_back(name);
      continue;
    }
    ASSERT_FALSE(open.empty()) << name;
    ASSERT_EQ(open.back(), name);
    open.pop_back();
  }
  EXPECT_TRUE(open.empty());
}

TEST(LearningCurve, PutsHigherAccuracyHigher) {
  const std::vector<Curve> curves = {{"rising", {0.5, 0.9}}};
  const std::string svg = learning_curve(curves, std::vector<Curve>{{"level", {0.6}}});
  const std::regex dot("cy=\"([0-9.]+)\"");
  std::sregex_iterator it(svg.begin(), svg.end(), dot);
  const double first = std::stod((*it)[1]);
  const double second = std::stod((*++it)[1]);
  EXPECT_GT(first, second);
}

}  // namespace
}  // namespace blindfit::report
