// Flat field by the blurred reference, at an eighth of the size.
#include "edge/vision/flat_field.hpp"

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
constexpr float kNear = 0.12f;         // a ratio this near to the first median is tray, round two
constexpr double kTrayShareMin = 0.2;  // less tray in view: no statement about the light
constexpr float kStepMin = 0.4f;
constexpr float kStepMax = 2.5f;

cv::Mat shrink(const cv::Mat& picture) {
  cv::Mat small;
  const cv::Size size(std::max(1, picture.cols / kShrink), std::max(1, picture.rows / kShrink));
  cv::resize(picture, small, size, 0, 0, cv::INTER_AREA);
  return small;
}

float median(std::vector<float>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

bool near(const cv::Vec3f& ratio, const Colour& centre) {
  for (int c = 0; c < 3; ++c) {
    const float at = centre[static_cast<std::size_t>(c)];
    if (std::abs(ratio[c] - at) > kNear * at) return false;
  }
  return true;
}

Colour medians(const std::vector<cv::Vec3f>& ratios) {
  Colour centre{};
  std::vector<float> values(ratios.size());
  for (int c = 0; c < 3; ++c) {
    for (std::size_t i = 0; i < ratios.size(); ++i) values[i] = ratios[i][c];
    centre[static_cast<std::size_t>(c)] = median(values);
  }
  return centre;
}

}  // namespace

Result<Colour> mean_colour(ImageView picture) {
  if (auto sound = check_picture(picture, "the picture"); !sound) return fail(sound.error());
  if (picture.format != Pixel::bgr8) return fail(Code::invalid_argument, "the picture is grey");
  const cv::Scalar mean = cv::mean(mat_of(picture));
  return Colour{static_cast<float>(mean[0]), static_cast<float>(mean[1]),
                static_cast<float>(mean[2])};
}

Result<Colour> exposure_step(ImageView frame, ImageView reference) {
  if (auto sound = check_pair(frame, reference); !sound) return fail(sound.error());
  const cv::Mat now = shrink(mat_of(frame)), empty = shrink(mat_of(reference));
  std::vector<cv::Vec3f> ratios;
  ratios.reserve(now.total());
  for (int y = 0; y < now.rows; ++y) {
    for (int x = 0; x < now.cols; ++x) {
      const auto &a = now.at<cv::Vec3b>(y, x), &b = empty.at<cv::Vec3b>(y, x);
      if (b[0] < kDarkest || b[1] < kDarkest || b[2] < kDarkest) continue;
      cv::Vec3f ratio;
      for (int c = 0; c < 3; ++c) ratio[c] = static_cast<float>(a[c]) / static_cast<float>(b[c]);
      ratios.push_back(ratio);
    }
  }
  const auto enough = kTrayShareMin * static_cast<double>(now.total());
  const Colour unchanged{1, 1, 1};
  if (static_cast<double>(ratios.size()) < enough) return unchanged;
  const Colour first = medians(ratios);
  std::erase_if(ratios, [&](const cv::Vec3f& ratio) { return !near(ratio, first); });
  if (static_cast<double>(ratios.size()) < enough) return unchanged;
  const Colour step = medians(ratios);
  for (const float s : step) {
    if (s < kStepMin || s > kStepMax) return unchanged;
  }
  return step;
}

Result<FlatField> FlatField::create(ImageView reference, const Colour& step,
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
        const float light = std::max(blurred.at<cv::Vec3f>(y, x)[c] * step[i], kDarkest);
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
