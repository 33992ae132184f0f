// The blocks of hand-1: colour 256, rings 3 x (64 + 8), LBP 2 x 10, gradient 8, shape 5.
#include "edge/vision/descriptor.hpp"

#include <cmath>
#include <numbers>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "edge/vision/mat.hpp"
#include "lib/base/check.hpp"

namespace trayline::vision {

namespace {

constexpr int kLongSide = 128;
constexpr int kMaskPixelsMin = 20;
constexpr int kColourBins = 16;
constexpr int kRings = 3;
constexpr int kRingBins = 8;
constexpr int kLbpBins = 10;
constexpr int kLbpStep = 3;
constexpr int kGradientBins = 8;
constexpr float kGradientTop = 6.5f;

constexpr float kColourWeight = 1.0f;
constexpr float kRingChromaWeight = 0.5f;
constexpr float kRingLightnessWeight = 0.35f;
constexpr float kLbpWeight = 0.6f;
constexpr float kGradientWeight = 0.4f;
constexpr float kShapeWeight = 0.5f;
constexpr float kSizeWeight = 0.35f;

struct Sample {
  cv::Mat l, a, b, mask;
};

int chroma_bin(std::uint8_t v) { return std::clamp((v - 64) >> 3, 0, kColourBins - 1); }

// Shares -> Hellinger: the square root, weighted.
void append(Vector& out, const std::vector<float>& histogram, float total, float weight) {
  for (const float h : histogram) {
    out.push_back(total > 0 ? weight * std::sqrt(std::max(h / total, 0.0f)) : 0.0f);
  }
}

Sample sample_of(ImageView crop, const Image& mask) {
  const double scale = static_cast<double>(kLongSide) / std::max(crop.width, crop.height);
  const cv::Size size(std::max(4, cvRound(crop.width * scale)),
                      std::max(4, cvRound(crop.height * scale)));
  cv::Mat picture, lab;
  cv::resize(mat_of(crop), picture, size, 0, 0, cv::INTER_AREA);
  cv::cvtColor(picture, lab, cv::COLOR_BGR2Lab);
  std::vector<cv::Mat> planes;
  cv::split(lab, planes);
  Sample sample{planes[0], planes[1], planes[2], cv::Mat()};
  if (!mask.empty()) {
    cv::resize(mat_of(mask), sample.mask, size, 0, 0, cv::INTER_NEAREST);
    sample.mask = sample.mask > 127;
  }
  if (mask.empty() || cv::countNonZero(sample.mask) < kMaskPixelsMin) {
    sample.mask = cv::Mat(size, CV_8U, cv::Scalar(255));
  }
  return sample;
}

void append_colour(Vector& out, const Sample& sample) {
  cv::Mat joint = cv::Mat::zeros(kColourBins, kColourBins, CV_32F);
  for (int y = 0; y < sample.mask.rows; ++y) {
    for (int x = 0; x < sample.mask.cols; ++x) {
      if (sample.mask.at<std::uint8_t>(y, x) == 0) continue;
      joint.at<float>(chroma_bin(sample.a.at<std::uint8_t>(y, x)),
                      chroma_bin(sample.b.at<std::uint8_t>(y, x))) += 1;
    }
  }
  cv::GaussianBlur(joint, joint, cv::Size(3, 3), 0.8, 0.8, cv::BORDER_CONSTANT);
  const std::vector<float> histogram(joint.begin<float>(), joint.end<float>());
  append(out, histogram, static_cast<float>(cv::sum(joint)[0]), kColourWeight);
}

int median_lightness(const Sample& sample) {
  std::array<int, 256> counts{};
  for (int y = 0; y < sample.mask.rows; ++y) {
    for (int x = 0; x < sample.mask.cols; ++x) {
      if (sample.mask.at<std::uint8_t>(y, x)) ++counts[sample.l.at<std::uint8_t>(y, x)];
    }
  }
  const int all = cv::countNonZero(sample.mask);
  std::size_t median = 0;
  for (int below = counts[0]; below * 2 < all;) below += counts[++median];
  return static_cast<int>(median);
}

// From the outline (ring 0) to the middle (ring 2): chroma, then lightness against the median.
void append_rings(Vector& out, const Sample& sample) {
  cv::Mat padded, inwards;
  cv::copyMakeBorder(sample.mask, padded, 1, 1, 1, 1, cv::BORDER_CONSTANT, cv::Scalar(0));
  cv::distanceTransform(padded, inwards, cv::DIST_L2, cv::DIST_MASK_5);
  double most = 0;
  cv::minMaxLoc(inwards, nullptr, &most);
  const int middle = median_lightness(sample);

  std::array<std::vector<float>, kRings> chroma, lightness;
  std::array<float, kRings> pixels{};
  for (auto& ring : chroma) ring.assign(kRingBins * kRingBins, 0);
  for (auto& ring : lightness) ring.assign(kRingBins, 0);
  for (int y = 0; y < sample.mask.rows; ++y) {
    for (int x = 0; x < sample.mask.cols; ++x) {
      if (sample.mask.at<std::uint8_t>(y, x) == 0) continue;
      const float depth = inwards.at<float>(y + 1, x + 1) / static_cast<float>(most);
      const auto ring =
          static_cast<std::size_t>(std::min(static_cast<int>(depth * kRings), kRings - 1));
      const int a = chroma_bin(sample.a.at<std::uint8_t>(y, x)) / 2;
      const int b = chroma_bin(sample.b.at<std::uint8_t>(y, x)) / 2;
      const int l = std::clamp(sample.l.at<std::uint8_t>(y, x) - middle + 128, 0, 255) / 32;
      chroma[ring][static_cast<std::size_t>(a * kRingBins + b)] += 1;
      lightness[ring][static_cast<std::size_t>(l)] += 1;
      pixels[ring] += 1;
    }
  }
  for (std::size_t ring = 0; ring < kRings; ++ring) {
    append(out, chroma[ring], pixels[ring], kRingChromaWeight);
    append(out, lightness[ring], pixels[ring], kRingLightnessWeight);
  }
}

// Uniform local binary patterns: the number of brighter neighbours, or "not uniform".
void append_lbp(Vector& out, const cv::Mat& l, const cv::Mat& mask) {
  constexpr std::array<std::array<int, 2>, 8> kAround{
      {{-1, -1}, {-1, 0}, {-1, 1}, {0, 1}, {1, 1}, {1, 0}, {1, -1}, {0, -1}}};
  std::vector<float> histogram(kLbpBins, 0);
  float pixels = 0;
  for (int y = 1; y + 1 < l.rows; ++y) {
    for (int x = 1; x + 1 < l.cols; ++x) {
      if (mask.at<std::uint8_t>(y, x) == 0) continue;
      const int centre = l.at<std::uint8_t>(y, x) + kLbpStep;
      std::array<bool, 8> bits{};
      std::size_t ones = 0, turns = 0;
      for (std::size_t i = 0; i < 8; ++i) {
        bits[i] = l.at<std::uint8_t>(y + kAround[i][0], x + kAround[i][1]) >= centre;
        ones += bits[i];
      }
      for (std::size_t i = 0; i < 8; ++i) turns += bits[i] != bits[(i + 1) % 8];
      histogram[turns <= 2 ? ones : kLbpBins - 1] += 1;
      pixels += 1;
    }
  }
  append(out, histogram, pixels, kLbpWeight);
}

void append_gradient(Vector& out, const Sample& sample) {
  cv::Mat dx, dy;
  cv::Sobel(sample.l, dx, CV_32F, 1, 0);
  cv::Sobel(sample.l, dy, CV_32F, 0, 1);
  std::vector<float> histogram(kGradientBins, 0);
  float pixels = 0;
  for (int y = 0; y < sample.mask.rows; ++y) {
    for (int x = 0; x < sample.mask.cols; ++x) {
      if (sample.mask.at<std::uint8_t>(y, x) == 0) continue;
      const float energy = std::log1p(std::hypot(dx.at<float>(y, x), dy.at<float>(y, x)));
      const int bin = static_cast<int>(energy / kGradientTop * kGradientBins);
      histogram[static_cast<std::size_t>(std::min(bin, kGradientBins - 1))] += 1;
      pixels += 1;
    }
  }
  append(out, histogram, pixels, kGradientWeight);
}

void append_shape(Vector& out, const Sample& sample, float size) {
  std::vector<std::vector<cv::Point>> outlines;
  cv::findContours(sample.mask, outlines, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_NONE);
  const auto larger = [](const auto& a, const auto& b) {
    return cv::contourArea(a) < cv::contourArea(b);
  };
  const auto& outline = *std::max_element(outlines.begin(), outlines.end(), larger);
  std::vector<cv::Point> hull;
  cv::convexHull(outline, hull);
  const auto rect = cv::minAreaRect(outline);
  const double area = std::max(1.0, cv::contourArea(outline));
  const double around = std::max(1.0, cv::arcLength(outline, true));
  const double shorter = std::max(1.0f, std::min(rect.size.width, rect.size.height));
  const double longer = std::max(1.0f, std::max(rect.size.width, rect.size.height));
  const double solidity = area / std::max(area, cv::contourArea(hull));
  const double roundness = std::min(1.0, 4 * std::numbers::pi * area / (around * around));
  const double filling = std::min(1.0, area / (shorter * longer));
  for (const double value : {shorter / longer, solidity, roundness, filling}) {
    out.push_back(kShapeWeight * static_cast<float>(value));
  }
  out.push_back(size > 0 ? kSizeWeight * std::log(size) : 0.0f);
}

}  // namespace

Result<Vector> describe(ImageView crop, const Image& mask, float size) {
  if (crop.data == nullptr || crop.width <= 0 || crop.height <= 0) {
    return fail(Code::invalid_argument, "the crop holds no pixels");
  }
  if (crop.format != Pixel::bgr8) return fail(Code::invalid_argument, "the crop is grey");
  if (!mask.empty() &&
      (mask.width != crop.width || mask.height != crop.height || mask.format != Pixel::grey8)) {
    return fail(Code::invalid_argument, "the mask does not fit its crop");
  }
  const Sample sample = sample_of(crop, mask);
  cv::Mat half, half_mask;
  const cv::Size size_half(std::max(2, sample.l.cols / 2), std::max(2, sample.l.rows / 2));
  cv::resize(sample.l, half, size_half, 0, 0, cv::INTER_AREA);
  cv::resize(sample.mask, half_mask, size_half, 0, 0, cv::INTER_NEAREST);
  Vector out;
  out.reserve(kDescriptorDims);
  append_colour(out, sample);
  append_rings(out, sample);
  append_lbp(out, sample.l, sample.mask);
  append_lbp(out, half, half_mask);
  append_gradient(out, sample);
  append_shape(out, sample, size);
  check(out.size() == kDescriptorDims, "hand-1 has 505 numbers");
  return out;
}

float distance(const Vector& a, const Vector& b) {
  check(a.size() == b.size() && !a.empty(), "vectors of one embedder have one length");
  constexpr std::size_t kLanes = 8;  // independent sums, so that the compiler may vectorise
  std::array<float, kLanes> sums{};
  const std::size_t last = a.size() - 1;
  std::size_t i = 0;
  for (; i + kLanes <= last; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const float d = a[i + lane] - b[i + lane];
      sums[lane] += d * d;
    }
  }
  float sum = 0;
  for (; i < last; ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  for (const float lane : sums) sum += lane;
  const float size_step = a[last] - b[last];
  return a[last] != 0 && b[last] != 0 ? sum + size_step * size_step : sum;
}

}  // namespace trayline::vision
