// The drawings that the tests of this folder share.
#include "edge/vision/drawing.hpp"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "edge/vision/mat.hpp"

namespace trayline::vision::drawing {

namespace {

cv::Scalar scalar(const Ink& ink) { return {double(ink.b), double(ink.g), double(ink.r)}; }

std::vector<cv::Point> box(const Thing& t, double width, double height) {
  cv::Point2f corners[4];
  cv::RotatedRect({float(t.x), float(t.y)}, {float(width), float(height)}, float(t.turn))
      .points(corners);
  std::vector<cv::Point> out;
  for (const cv::Point2f& c : corners) out.emplace_back(cvRound(c.x), cvRound(c.y));
  return out;
}

void paint(cv::Mat& picture, const Thing& t) {
  if (t.form == Form::disc) {
    cv::ellipse(
        picture,
        cv::RotatedRect({float(t.x), float(t.y)}, {float(t.width), float(t.height)}, float(t.turn)),
        scalar(t.body), cv::FILLED);
  } else {
    cv::fillConvexPoly(picture, box(t, t.width, t.height), scalar(t.body));
  }
  cv::fillConvexPoly(picture, box(t, t.width * 0.8, t.height * 0.25), scalar(t.print));
}

// Normal noise of spread 1, made once; every frame takes another part of it.
constexpr int kNoiseMargin = 64;
const cv::Mat& noise_field() {
  static const cv::Mat field = [] {
    cv::Mat made(kHeight + kNoiseMargin, kWidth + kNoiseMargin, CV_32FC3);
    cv::RNG rng(4711);
    rng.fill(made, cv::RNG::NORMAL, 0, 1);
    return made;
  }();
  return field;
}

}  // namespace

Image draw(const std::vector<Thing>& things, const Lamp& lamp, std::uint64_t seed) {
  cv::Mat picture(kHeight, kWidth, CV_8UC3, cv::Scalar(120, 112, 104));
  cv::Mat light(kHeight, kWidth, CV_32F, cv::Scalar(1));
  for (const Thing& t : things) {
    if (lamp.shadow >= 1) continue;
    cv::ellipse(light, {t.x + 14, t.y + 14}, {t.width / 2 + 10, t.height / 2 + 10}, 0, 0, 360,
                cv::Scalar(lamp.shadow), cv::FILLED);
  }
  cv::GaussianBlur(light, light, cv::Size(), 6);
  for (const Thing& t : things) {
    paint(picture, t);
    cv::Mat lit = cv::Mat::zeros(kHeight, kWidth, CV_8UC3);  // shadows fall on the tray only
    paint(lit, {t.form, t.x, t.y, t.width, t.height, t.turn, {255, 255, 255}, {255, 255, 255}});
    cv::Mat covered;
    cv::extractChannel(lit, covered, 0);
    light.setTo(1, covered);
  }
  const auto shift = [&](std::uint64_t by) { return static_cast<int>(seed * by % kNoiseMargin); };
  const cv::Mat noise = noise_field()(cv::Rect(shift(7), shift(13), kWidth, kHeight));
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      const double slope = 1 + lamp.slope * (double(x) / kWidth - 0.5);
      const double gain = lamp.gain * slope * double(light.at<float>(y, x));
      auto& pixel = picture.at<cv::Vec3b>(y, x);
      for (int c = 0; c < 3; ++c) {
        const double value = pixel[c] * gain + lamp.noise * double(noise.at<cv::Vec3f>(y, x)[c]);
        pixel[c] = cv::saturate_cast<std::uint8_t>(value);
      }
    }
  }
  return image_of(picture);
}

Image doubled(const Image& image) {
  cv::Mat out;
  cv::resize(mat_of(image), out, {}, 2, 2, cv::INTER_NEAREST);
  return image_of(out);
}

}  // namespace trayline::vision::drawing
