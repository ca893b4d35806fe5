// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/report/page.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "apps/owner/report/drawings.h"
#include "apps/owner/report/html.h"
#include "apps/owner/report/style_sheet.h"
#include "apps/program/quantities.h"

namespace blindfit::report {
namespace {

using program::format_bytes;
using program::format_count;
using program::format_percent;

std::string number(const std::string& value, const std::string& label, bool main) {
  return fmt::format(
      "<div class=\"number{}\"><div class=\"big\">{}</div><div class=\"label\">{}</div></div>\n",
      main ? " main" : "", value, escape(label));
}

std::string opening(const Figures& f) {
  std::string html = "<h1>A classifier trained on data that the trainer could not read</h1>\n";
  html += fmt::format(
      "<p class=\"lede\">{} handwritten digits were encrypted here, sent to a program that holds "
      "no "
      "key, and trained on as ciphertexts. What came back was decrypted here and tried on {} "
      "digits "
      "that had no part in training.</p>\n<div class=\"numbers\">\n",
      format_count(f.train_rows), format_count(f.heldout_rows));
  html += number(format_percent(f.heldout_accuracy),
                 "of the held-out digits recognised by the head "
                 "that was trained on ciphertexts",
                 true);
  html += number(format_percent(f.plaintext_accuracy),
                 "by logistic regression in the clear, run until it no longer improves", false);
  html += number(format_percent(f.owner_only_accuracy),
                 "by a single product that the owner could form alone", false);
  return html + "</div>\n<p>" + escape(f.method) + "</p>\n";
}

std::string curve_section(const Figures& f) {
  const std::array curves = {f.encrypted, f.mirror};
  const std::array references = {
      Curve{"logistic regression in the clear", {f.plaintext_accuracy}},
      Curve{"the owner's own product, no cloud", {f.owner_only_accuracy}}};
  return fmt::format(
      "<h2>Learning curve</h2>\n<p>Held-out accuracy after each iteration. The cloud cannot see "
      "this curve: it was drawn by the owner from the weights that came back.</p>\n{}"
      "<div class=\"legend\"><span class=\"series0\">{}</span><span class=\"series1\">{}</span>"
      "</div>\n"
      "<p>One owner who can do this much in the clear could also train alone. The cloud earns its "
      "keep with iterations beyond the first, with owners whose machines are weak, and above all "
      "where many owners may not see each other's data.</p>\n",
      learning_curve(curves, references), escape(f.encrypted.label), escape(f.mirror.label));
}

std::string confusion_cell(std::size_t count, std::size_t row_total, bool diagonal) {
  if (count == 0) {
    return "<td class=\"none\">0</td>";
  }
  const double share = static_cast<double>(count) / static_cast<double>(row_total);
  // Errors are few, so their shade grows faster.
  const double shade = diagonal ? 0.12 + 0.5 * share : std::min(0.75, 0.15 + 3 * share);
  return fmt::format("<td style=\"background: rgba(var({}), {:.2f})\">{}</td>",
                     diagonal ? "--heat" : "--wrong", shade, count);
}

std::string confusion_section(const Figures& f) {
  std::string html =
      "<h2>Confusion matrix</h2>\n<p>Rows are what was written, columns what the head "
      "recognised.</p>\n<div class=\"scroll\"><table class=\"confusion\"><tr><th></th>";
  for (std::size_t k = 0; k < f.confusion.size(); ++k) {
    html += fmt::format("<th>{}</th>", k);
  }
  html += "</tr>\n";
  for (std::size_t label = 0; label < f.confusion.size(); ++label) {
    std::size_t total = 0;
    for (const std::size_t count : f.confusion[label]) {
      total += count;
    }
    html += fmt::format("<tr><th>{}</th>", label);
    for (std::size_t k = 0; k < f.confusion[label].size(); ++k) {
      html += confusion_cell(f.confusion[label][k], std::max<std::size_t>(total, 1), k == label);
    }
    html += "</tr>\n";
  }
  return html + "</table></div>\n";
}

std::string pictures_section(const Figures& f) {
  std::string html =
      "<h2>Some held-out digits</h2>\n<p>What the decrypted head says about them; marked where it "
      "is wrong.</p>\n<div class=\"pictures\">\n";
  for (const Picture& p : f.pictures) {
    const bool wrong = p.label != p.prediction;
    html += fmt::format(
        "<figure{}>{}<figcaption>{}</figcaption></figure>\n", wrong ? " class=\"wrong\"" : "",
        picture(p),
        wrong ? fmt::format("{}, is {}", p.prediction, p.label) : fmt::format("{}", p.prediction));
  }
  return html + "</div>\n";
}

std::string cloud_section(const Figures& f) {
  std::string html = fmt::format(
      "<h2>What the cloud saw</h2>\n<p>These files and nothing else: the plan with its row, "
      "feature "
      "and class counts, public evaluation keys, and ciphertexts. Each digit has {} pixels; none "
      "of "
      "them, and no label or weight, can be read from the bytes.</p>\n<div class=\"scroll\"><table "
      "class=\"plain\"><thead><tr><th>file</th><th class=\"size\">size</th><th>16 of its bytes"
      "</th></tr></thead>\n",
      f.pixels);
  for (const CloudFile& file : f.cloud_files) {
    html += fmt::format("<tr><td>{}</td><td class=\"size\">{}</td><td><code>{}</code></td></tr>\n",
                        escape(file.name), format_bytes(file.bytes), escape(file.some_bytes));
  }
  return html + "</table></div>\n";
}

std::string costs_section(const Figures& f) {
  std::string html = "<h2>What it cost</h2>\n<table class=\"plain\">\n";
  for (const Row& row : f.costs) {
    html += fmt::format("<tr><th>{}</th><td>{}</td></tr>\n", escape(row.first), escape(row.second));
  }
  return html + "</table>\n";
}

}  // namespace

std::string make_page(const Figures& f) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
      "name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\">\n<title>blindfit: training on encrypted "
      "digits</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n{}{}{}{}{}{}<footer>{}</"
      "footer>\n"
      "</main>\n</body>\n</html>\n",
      kStyleSheet, opening(f), curve_section(f), confusion_section(f), pictures_section(f),
      cloud_section(f), costs_section(f), escape(f.credit));
}

}  // namespace blindfit::report
