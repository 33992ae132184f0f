// The pipeline in one page.
#include "edge/vision/predict.hpp"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "edge/vision/mat.hpp"
#include "edge/vision/split.hpp"

namespace trayline::vision {

namespace {

// A phone that shows a code is about four times as large as the code.
constexpr double kCarrierAreaMax = 6;
constexpr double kCarrierFillingMin = 0.85;  // of its smallest rectangle

bool carries(const Blob& part, const Polygon& code) {
  if (code.size() < 3) return false;
  std::vector<cv::Point2f> corners;
  cv::Point2f middle(0, 0);
  for (const Point& p : code) {
    corners.emplace_back(p.x, p.y);
    middle += corners.back() * (1.0f / static_cast<float>(code.size()));
  }
  const int x = cvFloor(middle.x) - part.box.x, y = cvFloor(middle.y) - part.box.y;
  const cv::Mat mask = mat_of(part.mask);
  if (!cv::Rect(0, 0, mask.cols, mask.rows).contains({x, y})) return false;
  if (mask.at<std::uint8_t>(y, x) == 0) return false;
  const double area = cv::countNonZero(mask);
  if (area > kCarrierAreaMax * cv::contourArea(corners)) return false;
  std::vector<cv::Point> pixels;
  cv::findNonZero(mask, pixels);
  const cv::RotatedRect around = cv::minAreaRect(pixels);
  return area >= kCarrierFillingMin * static_cast<double>(around.size.area());
}

Result<Option> option_of(const Scene& scene, std::vector<Blob> parts, const Gallery& gallery,
                         const MatchLimits& limits) {
  Option option;
  for (Blob& part : parts) {
    const auto vec = scene.describe(part);
    if (!vec) return fail(vec.error());
    Match match = gallery.match(*vec, part.size, scene.unit(), limits);
    option.push_back({std::move(part), std::move(match)});
  }
  return option;
}

}  // namespace

Result<Tray> predict(ImageView frame, const Station& station, const Gallery& gallery,
                     const DecodeLimits& limits, const std::vector<Polygon>& codes) {
  const auto scene = Scene::create(frame, station, gallery.content().surface);
  if (!scene) return fail(scene.error());
  std::vector<std::vector<Option>> blobs;
  for (const Blob& blob : scene->blobs()) {
    std::vector<Hypothesis> hypotheses{{{blob}}};
    if (!station.reference.empty()) hypotheses = split(blob, station.px_per_mm);
    std::vector<Option>& options = blobs.emplace_back();
    for (Hypothesis& hypothesis : hypotheses) {
      std::erase_if(hypothesis.parts, [&](const Blob& part) {
        return std::any_of(codes.begin(), codes.end(),
                           [&](const Polygon& code) { return carries(part, code); });
      });
      auto option = option_of(*scene, std::move(hypothesis.parts), gallery, limits.match);
      if (!option) return fail(option.error());
      options.push_back(std::move(*option));
    }
  }
  return decode(std::move(blobs), limits);
}

}  // namespace trayline::vision
