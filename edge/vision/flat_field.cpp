// Flat field by the blurred reference, at an eighth of the size.
#include "edge/vision/flat_field.hpp"

#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "edge/vision/mat.hpp"
#include "lib/base/check.hpp"

namespace trayline::vision {

namespace {

constexpr int kShrink = 8;
constexpr double kBlurSigma = 25;      // pixels of the whole picture
constexpr float kDarkest = 4;          // a darker reference tells nothing about the light
constexpr float kGainMax = 4;          // more would only lift noise
constexpr int kClipped = 253;          // brighter pixels tell nothing about a ratio
constexpr double kTrayShareMin = 0.2;  // less tray in view: no statement about the light
constexpr std::size_t kSamplesMin = 12;
constexpr float kChangeMin = 0.25f;
constexpr float kChangeMax = 4;

// A round takes what lies within the tolerance (of the logarithm) as tray and fits so many terms.
struct Round {
  double tolerance;
  int terms;
};
constexpr Round kRounds[] = {{0.35, 3}, {0.25, 3}, {0.18, 3}, {0.13, 3}, {0.10, 6}, {0.08, 6}};

cv::Mat shrink(const cv::Mat& picture) {
  cv::Mat small;
  const cv::Size size(std::max(1, picture.cols / kShrink), std::max(1, picture.rows / kShrink));
  cv::resize(picture, small, size, 0, 0, cv::INTER_AREA);
  return small;
}

using Terms = std::array<double, LightChange::kTerms>;

Terms terms_at(double x, double y) { return {1, x, y, x * x, x * y, y * y}; }

// One place of the tray: where it is, and the logarithm of frame / reference per channel.
struct Sample {
  Terms at;
  std::array<double, 3> ratio;
};

std::vector<Sample> sample_ratios(const cv::Mat& now, const cv::Mat& empty) {
  std::vector<Sample> samples;
  samples.reserve(now.total());
  for (int y = 0; y < now.rows; ++y) {
    for (int x = 0; x < now.cols; ++x) {
      const auto &a = now.at<cv::Vec3b>(y, x), &b = empty.at<cv::Vec3b>(y, x);
      if (std::min({b[0], b[1], b[2]}) < kDarkest || std::min({a[0], a[1], a[2]}) == 0) continue;
      if (std::max({a[0], a[1], a[2]}) >= kClipped) continue;
      Sample sample{terms_at((2 * x + 1.0) / now.cols - 1, (2 * y + 1.0) / now.rows - 1), {}};
      for (int c = 0; c < 3; ++c) {
        sample.ratio[static_cast<std::size_t>(c)] = std::log(static_cast<double>(a[c]) / b[c]);
      }
      samples.push_back(sample);
    }
  }
  return samples;
}

double value_of(const Terms& terms, const Terms& at) {
  double sum = 0;
  for (std::size_t i = 0; i < at.size(); ++i) sum += terms[i] * at[i];
  return sum;
}

void start_from_medians(LightChange& change, const std::vector<Sample>& samples) {
  std::vector<double> values(samples.size());
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t i = 0; i < samples.size(); ++i) values[i] = samples[i].ratio[c];
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    change.terms[c] = {*middle};
  }
}

// Least squares over the samples within `tolerance` of the present fit; how many those were.
std::size_t refit(LightChange& change, const std::vector<Sample>& samples, const Round& round) {
  const int n = round.terms;
  cv::Mat normal = cv::Mat::zeros(n, n, CV_64F), right = cv::Mat::zeros(n, 3, CV_64F), solved;
  std::size_t used = 0;
  for (const Sample& sample : samples) {
    bool tray = true;
    for (std::size_t c = 0; c < 3; ++c) {
      tray = tray &&
             std::abs(sample.ratio[c] - value_of(change.terms[c], sample.at)) < round.tolerance;
    }
    if (!tray) continue;
    ++used;
    for (int i = 0; i < n; ++i) {
      const double at = sample.at[static_cast<std::size_t>(i)];
      for (int j = 0; j < n; ++j) {
        normal.at<double>(i, j) += at * sample.at[static_cast<std::size_t>(j)];
      }
      for (int c = 0; c < 3; ++c) {
        right.at<double>(i, c) += at * sample.ratio[static_cast<std::size_t>(c)];
      }
    }
  }
  if (used == 0 || !cv::solve(normal, right, solved, cv::DECOMP_SVD)) return 0;
  for (int c = 0; c < 3; ++c) {
    for (int i = 0; i < n; ++i) {
      change.terms[static_cast<std::size_t>(c)][static_cast<std::size_t>(i)] =
          solved.at<double>(i, c);
    }
  }
  return used;
}

bool plausible(const LightChange& change) {
  for (std::size_t c = 0; c < 3; ++c) {
    for (const double x : {-1.0, 0.0, 1.0}) {
      for (const double y : {-1.0, 0.0, 1.0}) {
        const float gain = change.gain(c, x, y);
        if (!(gain >= kChangeMin && gain <= kChangeMax)) return false;
      }
    }
  }
  return true;
}

}  // namespace

Result<Colour> mean_colour(ImageView picture) {
  if (auto sound = check_picture(picture, "the picture"); !sound) return fail(sound.error());
  if (picture.format != Pixel::bgr8) return fail(Code::invalid_argument, "the picture is grey");
  const cv::Scalar mean = cv::mean(mat_of(picture));
  return Colour{static_cast<float>(mean[0]), static_cast<float>(mean[1]),
                static_cast<float>(mean[2])};
}

float LightChange::gain(std::size_t channel, double x, double y) const {
  return static_cast<float>(std::exp(value_of(terms[channel], terms_at(x, y))));
}

Result<LightChange> light_change(ImageView frame, ImageView reference) {
  if (auto sound = check_pair(frame, reference); !sound) return fail(sound.error());
  const cv::Mat now = shrink(mat_of(frame)), empty = shrink(mat_of(reference));
  const std::vector<Sample> samples = sample_ratios(now, empty);
  const auto enough = static_cast<std::size_t>(kTrayShareMin * static_cast<double>(now.total()));
  LightChange change;
  if (samples.empty() || samples.size() < enough) return change;
  start_from_medians(change, samples);
  for (const Round& round : kRounds) {
    if (refit(change, samples, round) < std::max(enough, kSamplesMin)) return LightChange{};
  }
  return plausible(change) ? change : LightChange{};
}

Result<FlatField> FlatField::create(ImageView reference, const LightChange& change,
                                    const Colour& surface) {
  if (auto sound = check_pair(reference, reference); !sound) return fail(sound.error());
  cv::Mat blurred;
  shrink(mat_of(reference)).convertTo(blurred, CV_32FC3);
  cv::GaussianBlur(blurred, blurred, cv::Size(), kBlurSigma / kShrink, 0, cv::BORDER_REPLICATE);
  FlatField field;
  field.columns_ = blurred.cols;
  field.rows_ = blurred.rows;
  field.gains_.resize(blurred.total() * 3);
  cv::Mat gains(blurred.rows, blurred.cols, CV_32FC3, field.gains_.data());
  for (int y = 0; y < blurred.rows; ++y) {
    for (int x = 0; x < blurred.cols; ++x) {
      for (int c = 0; c < 3; ++c) {
        const auto i = static_cast<std::size_t>(c);
        const float step =
            change.gain(i, (2 * x + 1.0) / blurred.cols - 1, (2 * y + 1.0) / blurred.rows - 1);
        const float light = std::max(blurred.at<cv::Vec3f>(y, x)[c] * step, kDarkest);
        gains.at<cv::Vec3f>(y, x)[c] = std::min(surface[i] / light, kGainMax);
      }
    }
  }
  return field;
}

Image FlatField::even(ImageView frame, const Rect& box) const {
  check(box.x >= 0 && box.y >= 0 && box.width > 0 && box.height > 0 &&
            box.x + box.width <= frame.width && box.y + box.height <= frame.height,
        "a box lies within its frame");
  const cv::Mat small(rows_, columns_, CV_32FC3, const_cast<float*>(gains_.data()));
  const double sx = static_cast<double>(columns_) / frame.width;
  const double sy = static_cast<double>(rows_) / frame.height;
  const cv::Matx23d to_small(sx, 0, (box.x + 0.5) * sx - 0.5, 0, sy, (box.y + 0.5) * sy - 0.5);
  cv::Mat gains, crop;
  cv::warpAffine(small, gains, to_small, cv::Size(box.width, box.height),
                 cv::INTER_LINEAR | cv::WARP_INVERSE_MAP, cv::BORDER_REPLICATE);
  mat_of(frame)(cv::Rect(box.x, box.y, box.width, box.height)).convertTo(crop, CV_32FC3);
  cv::Mat even;
  cv::Mat(crop.mul(gains)).convertTo(even, CV_8UC3);
  return image_of(even);
}

Result<void> follow(Image& reference, ImageView frame, float alpha) {
  if (auto sound = check_pair(frame, reference.view()); !sound) return sound;
  cv::Mat kept(reference.height, reference.width, CV_8UC3, reference.pixels.data());
  // In whole grey levels: a step below half a level would otherwise round away for ever.
  cv::Mat difference;
  cv::subtract(mat_of(frame), kept, difference, cv::noArray(), CV_16S);
  cv::Mat pull = difference * alpha;
  cv::Mat up = difference > 0, down = difference < 0;
  cv::Mat least;
  cv::subtract(up / 255, down / 255, least, cv::noArray(), CV_16S);
  cv::Mat rounded_away = (pull == 0);
  least.copyTo(pull, rounded_away);
  cv::add(kept, pull, kept, cv::noArray(), CV_8U);
  return {};
}

}  // namespace trayline::vision
