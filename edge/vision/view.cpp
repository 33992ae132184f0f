// Thumbnails and the faults of a view.
#include "edge/vision/view.hpp"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "edge/vision/mat.hpp"

namespace trayline::vision {

namespace {

constexpr int kLongSide = 128;
constexpr float kSharpnessMin = 2.5f;  // grey levels; plain but sharp things have about 5
constexpr float kClippedMax = 0.5f;
constexpr int kWhite = 250;
constexpr double kDarkMean = 10;  // grey levels

cv::Mat scaled(const cv::Mat& picture, int long_side) {
  const int longer = std::max(picture.cols, picture.rows);
  if (longer <= long_side) return picture;
  const double scale = static_cast<double>(long_side) / longer;
  cv::Mat out;
  cv::resize(picture, out,
             cv::Size(std::max(1, cvRound(picture.cols * scale)),
                      std::max(1, cvRound(picture.rows * scale))),
             0, 0, cv::INTER_AREA);
  return out;
}

}  // namespace

Result<Image> shrunk(ImageView picture, int long_side) {
  if (auto sound = check_picture(picture, "the picture"); !sound) return fail(sound.error());
  return image_of(scaled(mat_of(picture), std::max(1, long_side)));
}

Result<ViewQuality> view_quality(ImageView crop, const Image& mask) {
  if (auto sound = check_picture(crop, "the view"); !sound) return fail(sound.error());
  if (crop.format != Pixel::bgr8) return fail(Code::invalid_argument, "the view is grey");
  if (!mask.empty() && (mask.width != crop.width || mask.height != crop.height)) {
    return fail(Code::invalid_argument, "the mask does not fit its view");
  }
  const cv::Mat picture = mat_of(crop);
  cv::Mat within = mask.empty() ? cv::Mat() : mat_of(mask);
  cv::Mat grey, laplacian;
  cv::cvtColor(scaled(picture, kLongSide), grey, cv::COLOR_BGR2GRAY);
  cv::Laplacian(grey, laplacian, CV_32F);
  cv::Scalar mean, spread;
  cv::meanStdDev(laplacian, mean, spread);

  ViewQuality quality;
  quality.sharpness = static_cast<float>(spread[0]);
  if (!mask.empty()) {
    cv::Mat white;
    cv::inRange(picture, cv::Scalar::all(kWhite), cv::Scalar::all(255), white);
    white &= within;
    const int all = std::max(1, cv::countNonZero(within));
    quality.clipped = static_cast<float>(cv::countNonZero(white)) / static_cast<float>(all);
  }
  const cv::Scalar light = cv::mean(picture, within);
  if (std::max({light[0], light[1], light[2]}) < kDarkMean) {
    quality.fault = ViewFault::dark;
  } else if (quality.clipped > kClippedMax) {
    quality.fault = ViewFault::clipped;
  } else if (quality.sharpness < kSharpnessMin) {
    quality.fault = ViewFault::blurred;
  }
  return quality;
}

}  // namespace trayline::vision
