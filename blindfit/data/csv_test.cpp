// SPDX-License-Identifier: Apache-2.0
// Tables are read whatever their delimiter, and every defect is named with its place.
#include "blindfit/data/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "blindfit/testing/temporary_folder.h"

namespace blindfit::data {
namespace {

using base::ErrorCode;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

CsvOptions label_at(LabelColumn column) {
  CsvOptions options;
  options.label = std::move(column);
  return options;
}

TEST(Csv, ReadsEveryDelimiterAlike) {
  for (const char* text : {"1,0.5,-2\n0,3e2,4\n", "1;0.5;-2\n0;3e2;4\n", "1\t0.5\t-2\n0\t3e2\t4\n",
                           "  1  0.5 -2 \n0 3e2    4"}) {
    const auto dataset = parse_csv(text, "t.csv");
    ASSERT_TRUE(dataset) << dataset.error().what();
    EXPECT_THAT(dataset->labels, ElementsAre(1, 0));
    EXPECT_EQ(dataset->features, (Matrix(2, 2) << 0.5, -2.0, 300.0, 4.0).finished());
    EXPECT_EQ(dataset->classes, 2);
    EXPECT_EQ(dataset->source, "t.csv");
  }
}

TEST(Csv, AcceptsByteOrderMarkCrlfBlankLinesQuotesAndPlus) {
  const auto dataset =
      parse_csv("\xef\xbb\xbf\"y\",\"a\"\r\n\r\n0, +1.5 \r\n \"1\",2\r\n\n", "t.csv");
  ASSERT_TRUE(dataset) << dataset.error().what();
  EXPECT_EQ(dataset->features, (Matrix(2, 1) << 1.5, 2.0).finished());
}

TEST(Csv, FindsTheLabelByIndexFromEitherEndOrByName) {
  const std::string text = "a,y,b\n1,0,2\n3,1,4\n";
  for (const LabelColumn& column : {LabelColumn(1), LabelColumn(-2), LabelColumn("y")}) {
    const auto dataset = parse_csv(text, "t.csv", label_at(column));
    ASSERT_TRUE(dataset) << dataset.error().what();
    EXPECT_THAT(dataset->labels, ElementsAre(0, 1));
    EXPECT_EQ(dataset->features, (Matrix(2, 2) << 1, 2, 3, 4).finished());
  }
  EXPECT_THAT(parse_csv("5,6,1\n7,8,0\n", "t", label_at(-1))->labels, ElementsAre(1, 0));
}

TEST(Csv, ReadsUnlabelledTables) {
  const auto dataset = parse_csv("1,2\n3,4\n", "t", label_at(NoLabel{}));
  ASSERT_TRUE(dataset);
  EXPECT_TRUE(dataset->labels.empty());
  EXPECT_EQ(dataset->classes, 0);
  EXPECT_EQ(dataset->columns(), 2);
}

TEST(Csv, AcceptsIntegersWrittenAsFloatsForLabels) {
  EXPECT_THAT(parse_csv("5.0,1\n3e0,2\n", "t")->labels, ElementsAre(5, 3));
}

TEST(Csv, DetectsAHeaderOnlyWhereMostCellsAreWords) {
  EXPECT_EQ(parse_csv("y,a\n0,1\n1,2\n", "t")->rows(), 2);
  const auto typo = parse_csv("0,1,x\n1,2,3\n", "t");
  ASSERT_FALSE(typo);
  EXPECT_THAT(typo.error().what(), HasSubstr("line 1, column 3"));
  CsvOptions forced;
  forced.header = CsvHeader::kPresent;
  EXPECT_EQ(parse_csv("0,1,2\n0,1,2\n1,2,3\n", "t", forced)->rows(), 2);
  forced.header = CsvHeader::kAbsent;
  EXPECT_FALSE(parse_csv("y,a\n0,1\n1,2\n", "t", forced));
}

struct BadTable {
  const char* name;
  const char* text;
  LabelColumn label;
  ErrorCode code;
  const char* place;
  const char* seen;
};

class CsvDefect : public ::testing::TestWithParam<BadTable> {};

TEST_P(CsvDefect, IsRefusedWithItsPlaceAndValue) {
  const BadTable& bad = GetParam();
  const auto dataset = parse_csv(bad.text, "bad.csv", label_at(bad.label));
  ASSERT_FALSE(dataset);
  EXPECT_EQ(dataset.error().code(), bad.code);
  EXPECT_THAT(dataset.error().what(),
              AllOf(HasSubstr("bad.csv"), HasSubstr(bad.place), HasSubstr(bad.seen)));
}

INSTANTIATE_TEST_SUITE_P(
    Tables, CsvDefect,
    ::testing::Values(
        BadTable{"Empty", "", 0, ErrorCode::kMalformed, "at least one row", ": 0 rows"},
        BadTable{"Blank", "\n \n\r\n", 0, ErrorCode::kMalformed, "at least one row", ": 0 rows"},
        BadTable{"HeaderOnly", "y,a\n", 0, ErrorCode::kMalformed, "at least one row", ": 0 rows"},
        BadTable{"Short", "0,1\n1,2\n0\n", 0, ErrorCode::kMalformed, "line 3", ": 1"},
        BadTable{"Long", "0,1\n\n1,2,3\n", 0, ErrorCode::kMalformed, "line 3", ": 3"},
        BadTable{"Text", "0,1\n1,cat\n", 0, ErrorCode::kMalformed, "line 2, column 2", "'cat'"},
        BadTable{"DecimalComma", "0;1,5\n1;2\n", 0, ErrorCode::kMalformed, "line 1, column 2",
                 "'1,5'"},
        BadTable{"TwoSigns", "0,1\n1,+-2\n", 0, ErrorCode::kMalformed, "line 2, column 2", "'+-2'"},
        BadTable{"Missing", "0,1\n1,\n", 0, ErrorCode::kMalformed, "line 2, column 2", "''"},
        BadTable{"NotANumber", "0,1\n1,nan\n", 0, ErrorCode::kMalformed, "line 2, column 2",
                 "'nan'"},
        BadTable{"Infinite", "0,-inf\n1,2\n", 0, ErrorCode::kMalformed, "line 1, column 2",
                 "'-inf'"},
        BadTable{"Overflow", "0,1e999\n1,2\n", 0, ErrorCode::kMalformed, "line 1, column 2",
                 "'1e999'"},
        BadTable{"FractionalLabel", "0,1\n1.5,2\n", 0, ErrorCode::kMalformed, "line 2, column 1",
                 "'1.5'"},
        BadTable{"NegativeLabel", "0,1\n-1,2\n", 0, ErrorCode::kMalformed, "line 2, column 1",
                 "'-1'"},
        BadTable{"HugeLabel", "0,1\n1e300,2\n", 0, ErrorCode::kMalformed, "line 2, column 1",
                 "'1e300'"},
        BadTable{"TooManyClasses", "0,1\n1024,2\n", 0, ErrorCode::kTooLarge, "1024 classes",
                 ": 1024"},
        BadTable{"OneClass", "3,1\n3,2\n", 0, ErrorCode::kMalformed, "classes must occur",
                 "all labels are 3"},
        BadTable{"NoSuchColumn", "0,1\n1,2\n", 2, ErrorCode::kMalformed, "label column", ": 2"},
        BadTable{"NoSuchColumnFromTheEnd", "0,1\n1,2\n", -3, ErrorCode::kMalformed, "label column",
                 ": -3"},
        BadTable{"OnlyALabel", "0\n1\n", 0, ErrorCode::kMalformed, "at least two columns", ": 0"},
        BadTable{"NoSuchName", "y,a\n0,1\n1,2\n", "z", ErrorCode::kMalformed, "header line", "'z'"},
        BadTable{"NameWithoutHeader", "0,1\n1,2\n", "y", ErrorCode::kMalformed, "header line",
                 "'y'"}),
    [](const auto& table) { return std::string(table.param.name); });

TEST(Csv, ShortensAndCleansTheCellItQuotes) {
  const auto dataset = parse_csv("0,1\n1," + std::string(100, 'x') + "\n0,\x1b[31m\n", "t");
  ASSERT_FALSE(dataset);
  EXPECT_THAT(dataset.error().what(), HasSubstr("'" + std::string(40, 'x') + "...'"));
  const auto escape = parse_csv("0,1\n1,\x1b[31m\n", "t");
  EXPECT_THAT(escape.error().what(), HasSubstr("'?[31m'"));
}

TEST(Csv, HoldsTheLimitsOnRowsColumnsAndBytes) {
  const std::string text = "0,1,2\n1,2,3\n0,3,4\n";
  CsvOptions options;
  options.limits.rows = 3;
  options.limits.columns = 3;
  options.limits.bytes = 9 * 8;
  EXPECT_TRUE(parse_csv(text, "t", options));

  CsvOptions rows = options;
  rows.limits.rows = 2;
  CsvOptions columns = options;
  columns.limits.columns = 2;
  CsvOptions bytes = options;
  bytes.limits.bytes = 9 * 8 - 1;
  for (const CsvOptions& tight : {rows, columns, bytes}) {
    const auto dataset = parse_csv(text, "t", tight);
    ASSERT_FALSE(dataset);
    EXPECT_EQ(dataset.error().code(), ErrorCode::kTooLarge);
  }
}

TEST(Csv, ReadsFilesAndNamesMissingOnes) {
  const testing::TemporaryFolder folder;
  EXPECT_EQ(read_csv(folder.write("a.csv", "0,1\n1,2\n"))->rows(), 2);
  const auto missing = read_csv(folder.path() / "none.csv");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), ErrorCode::kIo);
  EXPECT_THAT(missing.error().what(), HasSubstr("none.csv"));
  EXPECT_FALSE(read_csv(folder.path()));
}

TEST(Csv, TakesLabelsThatAreNames) {
  const auto dataset =
      parse_csv("a,b,kind\n1,2,rose\n3,4,\"ash\"\n5,6,rose\n7,8, beech\n", "t.csv", label_at(-1));
  ASSERT_TRUE(dataset) << dataset.error().what();
  EXPECT_THAT(dataset->class_names, ElementsAre("ash", "beech", "rose"));
  EXPECT_THAT(dataset->labels, ElementsAre(2, 0, 2, 1));
  EXPECT_EQ(dataset->classes, 3);
  // A number among names is a name; a name among numbers is a mistake.
  EXPECT_THAT(parse_csv("1,x\n2,5\n", "t.csv", label_at(1))->class_names, ElementsAre("5", "x"));
  EXPECT_FALSE(parse_csv("1,5\n2,x\n", "t.csv", label_at(1)));
  EXPECT_THAT(parse_csv("1,5\n2,6\n", "t.csv", label_at(1))->class_names, ElementsAre());
  EXPECT_THAT(parse_csv("1,x\n2,\n", "t.csv", label_at(1)).error().what(),
              AllOf(HasSubstr("line 2, column 2"), HasSubstr("class name")));
}

}  // namespace
}  // namespace blindfit::data
