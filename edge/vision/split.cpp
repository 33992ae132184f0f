// Cuts by peaks of the distance transform, and by lines between concavities of the outline.
#include "edge/vision/split.hpp"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "edge/vision/mat.hpp"
#include "edge/vision/segment.hpp"

namespace trayline::vision {

namespace {

constexpr double kSmoothSigma = 1.5;
constexpr float kPeakMin = 6;          // px of radius, half resolution
constexpr float kPeakShareMin = 0.3f;  // of the largest radius
constexpr float kNearRadiusShare = 0.35f;
constexpr int kPartMin = 250;             // px, half resolution
constexpr float kDefectShareMin = 0.06f;  // depth of a concavity, of the blob's width (sqrt area)
constexpr float kCutShareMax = 0.75f;     // length of a cut, of the blob's width
constexpr std::size_t kDefectsMax = 8;    // the deepest ones

struct Peak {
  cv::Point at;
  float radius = 0;
};
using Masks = std::vector<cv::Mat>;

std::vector<Peak> find_peaks(const cv::Mat& mask) {
  cv::Mat distance, highest, padded;
  cv::copyMakeBorder(mask, padded, 1, 1, 1, 1, cv::BORDER_CONSTANT, cv::Scalar(0));
  cv::distanceTransform(padded, distance, cv::DIST_L2, cv::DIST_MASK_5);
  cv::GaussianBlur(distance, distance, cv::Size(), kSmoothSigma);
  cv::dilate(distance, highest, cv::getStructuringElement(cv::MORPH_RECT, {9, 9}));
  double most = 0;
  cv::minMaxLoc(distance, nullptr, &most);
  const float least = std::max(kPeakMin, kPeakShareMin * static_cast<float>(most));
  std::vector<Peak> peaks;
  for (int y = 0; y < mask.rows; ++y) {
    for (int x = 0; x < mask.cols; ++x) {
      const float r = distance.at<float>(y + 1, x + 1);
      if (r >= least && r >= highest.at<float>(y + 1, x + 1)) peaks.push_back({{x, y}, r});
    }
  }
  std::stable_sort(peaks.begin(), peaks.end(),
                   [](const Peak& a, const Peak& b) { return a.radius > b.radius; });
  return peaks;
}

std::vector<Peak> spread_out(const std::vector<Peak>& peaks, float alpha) {
  std::vector<Peak> kept;
  for (const Peak& peak : peaks) {
    const bool apart = std::all_of(kept.begin(), kept.end(), [&](const Peak& other) {
      const float away = static_cast<float>(cv::norm(peak.at - other.at));
      return away > alpha * std::max(peak.radius, other.radius) +
                        kNearRadiusShare * std::min(peak.radius, other.radius);
    });
    if (apart) kept.push_back(peak);
    if (kept.size() == kPartsMax) break;
  }
  return kept;
}

cv::Mat largest_component(const cv::Mat& mask) {
  cv::Mat labels, stats, centroids;
  const int count = cv::connectedComponentsWithStats(mask, labels, stats, centroids, 4);
  int best = 0;
  for (int i = 1; i < count; ++i) {
    const int area = stats.at<int>(i, cv::CC_STAT_AREA);
    if (best == 0 || area > stats.at<int>(best, cv::CC_STAT_AREA)) best = i;
  }
  return best == 0 ? cv::Mat() : cv::Mat(labels == best);
}

Masks keep_parts(const Masks& parts) {
  Masks kept;
  for (const cv::Mat& part : parts) {
    const cv::Mat one = largest_component(part);
    if (!one.empty() && cv::countNonZero(one) >= kPartMin) kept.push_back(one);
  }
  return kept;
}

// Each pixel to the peak with the least distance minus radius.
Masks by_peaks(const cv::Mat& mask, const std::vector<Peak>& peaks) {
  if (peaks.empty()) return {};  // thinner than any item
  Masks parts;
  for (std::size_t i = 0; i < peaks.size(); ++i) {
    parts.push_back(cv::Mat::zeros(mask.size(), CV_8U));
  }
  for (int y = 0; y < mask.rows; ++y) {
    for (int x = 0; x < mask.cols; ++x) {
      if (mask.at<std::uint8_t>(y, x) == 0) continue;
      std::size_t best = 0;
      float least = 1e30f;
      for (std::size_t i = 0; i < peaks.size(); ++i) {
        const auto dx = static_cast<float>(x - peaks[i].at.x);
        const auto dy = static_cast<float>(y - peaks[i].at.y);
        const float d = std::sqrt(dx * dx + dy * dy) - peaks[i].radius;
        if (d < least) {
          least = d;
          best = i;
        }
      }
      parts[best].at<std::uint8_t>(y, x) = 255;
    }
  }
  return keep_parts(parts);
}

// The deepest concavities of the outline.
std::vector<cv::Point> find_concavities(const cv::Mat& mask, float width) {
  std::vector<std::vector<cv::Point>> outlines;
  cv::findContours(mask, outlines, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_NONE);
  if (outlines.size() != 1 || outlines[0].size() < 8) return {};
  std::vector<cv::Point> outline;
  cv::approxPolyDP(outlines[0], outline, 1.0, true);
  std::vector<int> hull;
  if (outline.size() < 4) return {};
  cv::convexHull(outline, hull, false, false);
  std::sort(hull.begin(), hull.end());
  if (hull.size() < 3) return {};
  std::vector<cv::Vec4i> defects;
  cv::convexityDefects(outline, hull, defects);
  std::sort(defects.begin(), defects.end(),
            [](const cv::Vec4i& a, const cv::Vec4i& b) { return a[3] > b[3]; });
  std::vector<cv::Point> points;
  for (const cv::Vec4i& defect : defects) {
    const float depth = static_cast<float>(defect[3]) / 256.0f;
    if (depth < kDefectShareMin * width || points.size() == kDefectsMax) break;
    points.push_back(outline[static_cast<std::size_t>(defect[2])]);
  }
  return points;
}

// Two parts by the shortest line between two concavities; empty where there is none.
Masks by_cut(const cv::Mat& mask) {
  const float width = std::sqrt(static_cast<float>(cv::countNonZero(mask)));
  const std::vector<cv::Point> points = find_concavities(mask, width);
  float least = kCutShareMax * width;
  cv::Point from, to;
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t j = i + 1; j < points.size(); ++j) {
      const float length = static_cast<float>(cv::norm(points[i] - points[j]));
      if (length < least) {
        least = length;
        from = points[i];
        to = points[j];
      }
    }
  }
  if (from == to) return {};
  cv::Mat cut = mask.clone();
  cv::line(cut, from, to, cv::Scalar(0), 2, cv::LINE_4);
  cv::Mat labels;
  const int count = cv::connectedComponents(cut, labels, 4);
  Masks parts;
  for (int i = 1; i < count; ++i) parts.push_back(labels == i);
  parts = keep_parts(parts);
  return parts.size() == 2 ? parts : Masks{};
}

// Cuts on, the largest part first, while a cut is found.
Masks by_cuts(const cv::Mat& mask) {
  Masks done, open{mask};
  while (!open.empty() && done.size() + open.size() < kPartsMax) {
    cv::Mat next = open.back();
    open.pop_back();
    const Masks parts = by_cut(next);
    if (parts.empty()) {
      done.push_back(next);
    } else {
      open.insert(open.end(), parts.begin(), parts.end());
    }
  }
  done.insert(done.end(), open.begin(), open.end());
  return done;
}

Blob part_of(const Blob& blob, const cv::Mat& half, float px_per_mm) {
  cv::Mat whole;
  cv::resize(half, whole, {blob.box.width, blob.box.height}, 0, 0, cv::INTER_NEAREST);
  whole &= mat_of(blob.mask);
  const cv::Rect box = cv::boundingRect(whole);
  Blob part;
  part.box = {blob.box.x + box.x, blob.box.y + box.y, box.width, box.height};
  part.mask = image_of(whole(box));
  part.size = size_of(cv::countNonZero(whole), px_per_mm);
  return part;
}

}  // namespace

std::vector<Hypothesis> split(const Blob& blob, float px_per_mm) {
  std::vector<Hypothesis> hypotheses{{{blob}}};
  if (blob.box.width < kHalf * 2 || blob.box.height < kHalf * 2) return hypotheses;
  cv::Mat half;
  cv::resize(mat_of(blob.mask), half, {blob.box.width / kHalf, blob.box.height / kHalf}, 0, 0,
             cv::INTER_NEAREST);
  const std::vector<Peak> peaks = find_peaks(half);
  std::vector<Masks> ways{by_cuts(half)};
  for (const float alpha : {1.0f, 0.6f}) ways.push_back(by_peaks(half, spread_out(peaks, alpha)));

  std::vector<std::size_t> seen{1};
  for (const Masks& parts : ways) {
    if (std::find(seen.begin(), seen.end(), parts.size()) != seen.end() || parts.empty()) continue;
    seen.push_back(parts.size());
    Hypothesis hypothesis;
    for (const cv::Mat& part : parts) hypothesis.parts.push_back(part_of(blob, part, px_per_mm));
    std::erase_if(hypothesis.parts, [](const Blob& part) { return part.size <= 0; });
    if (hypothesis.parts.size() == parts.size()) hypotheses.push_back(std::move(hypothesis));
  }
  std::stable_sort(
      hypotheses.begin(), hypotheses.end(),
      [](const Hypothesis& a, const Hypothesis& b) { return a.parts.size() < b.parts.size(); });
  if (hypotheses.size() > kHypothesesMax) hypotheses.resize(kHypothesesMax);
  return hypotheses;
}

}  // namespace trayline::vision
