// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/report/drawings.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "apps/owner/report/html.h"

namespace blindfit::report {
namespace {

constexpr double kWidth = 720;
constexpr double kHeight = 300;
constexpr double kLeft = 52;
constexpr double kRight = 20;
constexpr double kTop = 16;
constexpr double kBottom = 44;
/// The drawing leaves this much of the y axis around the curves.
constexpr double kMargin = 0.01;

/// Where values stand in the drawing.
struct Axes {
  std::size_t count = 1;  ///< iterations
  double low = 0;
  double high = 1;

  [[nodiscard]] double x(std::size_t i) const {
    const double width = kWidth - kLeft - kRight;
    return kLeft + width * (static_cast<double>(i) + 0.5) / static_cast<double>(count);
  }
  [[nodiscard]] double y(double value) const {
    return kTop + (kHeight - kTop - kBottom) * (high - value) / (high - low);
  }
};

/// A round distance of grid lines that gives about five of them.
double grid_step(double range) {
  for (const double step : {0.005, 0.01, 0.02, 0.05, 0.1}) {
    if (range / step <= 6) {
      return step;
    }
  }
  return 0.2;
}

Axes fit_axes(std::span<const Curve> curves, std::span<const Curve> references) {
  Axes axes;
  double low = 1;
  double high = 0;
  const auto include = [&](const Curve& curve) {
    axes.count = std::max(axes.count, curve.values.size());
    for (const double value : curve.values) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
  };
  std::for_each(curves.begin(), curves.end(), include);
  std::for_each(references.begin(), references.end(), include);
  const double step = grid_step(high - low + 2 * kMargin);
  axes.low = std::max(0.0, std::floor((low - kMargin) / step) * step);
  axes.high = std::min(1.0, std::ceil((high + kMargin) / step) * step);
  return axes;
}

std::string grid(const Axes& axes) {
  std::string svg;
  const double step = grid_step(axes.high - axes.low);
  const auto lines = std::lround((axes.high - axes.low) / step);
  for (long i = 0; i <= lines; ++i) {
    const double value = axes.low + static_cast<double>(i) * step;
    svg += fmt::format(
        "<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>"
        "<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{:.{}f} %</text>\n",
        kLeft, kWidth - kRight, axes.y(value), axes.y(value), kLeft - 8, axes.y(value) + 4,
        100 * value, step < 0.01 ? 1 : 0);
  }
  for (std::size_t i = 0; i < axes.count; ++i) {
    svg += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", axes.x(i),
                       kHeight - kBottom + 20, i + 1);
  }
  svg += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">iteration</text>\n",
                     (kLeft + kWidth - kRight) / 2, kHeight - 6);
  return svg;
}

std::string line(const Axes& axes, const Curve& curve, std::size_t index) {
  std::string points;
  std::string dots;
  for (std::size_t i = 0; i < curve.values.size(); ++i) {
    const double x = axes.x(i);
    const double y = axes.y(curve.values[i]);
    points += fmt::format("{:.1f},{:.1f} ", x, y);
    dots += fmt::format(
        "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\"><title>{}, iteration {}: {:.2f} %"
        "</title></circle>",
        x, y, index == 0 ? 4 : 8, escape(curve.label), i + 1, 100 * curve.values[i]);
  }
  return fmt::format("<g class=\"series{}\"><polyline points=\"{}\"/>{}</g>\n", index, points,
                     dots);
}

std::string level_line(const Axes& axes, const Curve& reference) {
  const double level = axes.y(reference.values.front());
  return fmt::format(
      "<line class=\"reference\" x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>"
      "<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}, {:.2f} %</text>\n",
      kLeft, kWidth - kRight, level, level, kWidth - kRight, level - 6, escape(reference.label),
      100 * reference.values.front());
}

}  // namespace

std::string learning_curve(std::span<const Curve> curves, std::span<const Curve> references) {
  const Axes axes = fit_axes(curves, references);
  std::string svg = fmt::format(
      "<svg class=\"curve\" viewBox=\"0 0 {} {}\" role=\"img\" "
      "aria-label=\"Held-out accuracy after each iteration\">\n",
      kWidth, kHeight);
  svg += grid(axes);
  for (const Curve& reference : references) {
    svg += level_line(axes, reference);
  }
  // The first curve is the page's subject, so it is drawn last, above the others.
  for (std::size_t i = curves.size(); i-- > 0;) {
    svg += line(axes, curves[i], i);
  }
  return svg + "</svg>\n";
}

std::string picture(const Picture& picture) {
  std::string svg = fmt::format(
      "<svg class=\"digit\" viewBox=\"0 0 {0} {0}\" shape-rendering=\"crispEdges\" role=\"img\" "
      "aria-label=\"a handwritten {1}\">",
      picture.side, picture.label);
  for (std::size_t i = 0; i < picture.ink.size(); ++i) {
    const double ink = std::clamp(picture.ink[i], 0.0, 1.0);
    if (ink > 0) {
      svg +=
          fmt::format("<rect x=\"{}\" y=\"{}\" width=\"1\" height=\"1\" fill-opacity=\"{:.2f}\"/>",
                      i % picture.side, i / picture.side, ink);
    }
  }
  return svg + "</svg>";
}

}  // namespace blindfit::report
