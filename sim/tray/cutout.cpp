// Cut-outs from studio photos on white.
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "sim/tray/paint.hpp"

namespace trayline::tray {
namespace {

constexpr int kTolerance = 4;         // grey levels from the neighbour, while flooding the white
constexpr double kLeastShare = 0.01;  // of the photo must stand out

// 255 where the thing is: flooded from the border, the largest piece, holes filled, smoothed.
cv::Mat mask_of(const cv::Mat& photo) {
  cv::Mat framed;
  cv::copyMakeBorder(photo, framed, 1, 1, 1, 1, cv::BORDER_CONSTANT, cv::Scalar::all(255));
  cv::Mat flood = cv::Mat::zeros(framed.rows + 2, framed.cols + 2, CV_8UC1);
  const cv::Scalar tolerance = cv::Scalar::all(kTolerance);
  cv::floodFill(framed, flood, {0, 0}, {}, nullptr, tolerance, tolerance,
                4 | (255 << 8) | cv::FLOODFILL_MASK_ONLY);
  cv::Mat thing = flood(cv::Rect(2, 2, photo.cols, photo.rows)) == 0;
  std::vector<std::vector<cv::Point>> outlines;
  cv::findContours(thing, outlines, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_NONE);
  cv::Mat mask = cv::Mat::zeros(photo.size(), CV_8UC1);
  int largest = -1;
  double area = kLeastShare * static_cast<double>(photo.total());
  for (int i = 0; i < static_cast<int>(outlines.size()); ++i) {
    const double a = cv::contourArea(outlines[static_cast<std::size_t>(i)]);
    if (a > area) {
      area = a;
      largest = i;
    }
  }
  if (largest < 0) return mask;
  cv::drawContours(mask, outlines, largest, 255, cv::FILLED);
  cv::medianBlur(mask, mask, 5);
  cv::erode(mask, mask, cv::getStructuringElement(cv::MORPH_ELLIPSE, {7, 7}));
  return mask;
}

}  // namespace

Result<Sprite> cut_out(vision::ImageView photo, float length_mm) {
  if (photo.format != vision::Pixel::bgr8 || photo.width < 16 || photo.height < 16) {
    return fail(Code::invalid_argument, "a studio photo is a colour picture of 16 px or more");
  }
  const cv::Mat whole(photo.height, photo.width, CV_8UC3, const_cast<std::uint8_t*>(photo.data),
                      static_cast<std::size_t>(photo.stride));
  const cv::Mat mask = mask_of(whole);
  const cv::Rect box = cv::boundingRect(mask);
  if (box.empty()) return fail(Code::invalid_argument, "nothing stands out from the white");
  const double scale =
      static_cast<double>(length_mm * kSpriteScale) / std::max(box.width, box.height);
  cv::Mat colour, cover;
  const int method = scale < 1 ? cv::INTER_AREA : cv::INTER_CUBIC;
  cv::resize(whole(box), colour, {}, scale, scale, method);
  cv::resize(mask(box), cover, colour.size(), 0, 0, cv::INTER_LINEAR);
  cv::copyMakeBorder(colour, colour, 8, 8, 8, 8, cv::BORDER_REPLICATE);
  cv::copyMakeBorder(cover, cover, 8, 8, 8, 8, cv::BORDER_CONSTANT, 0);
  // A photo has its own light in it: only a rounded border is added.
  cv::Mat depth, relief;
  cv::distanceTransform(cover > 127, depth, cv::DIST_L2, 5);
  relief = cv::min(depth, 4.0 * static_cast<double>(kSpriteScale)) * 0.15;
  Sprite sprite{{colour.cols, colour.rows, vision::Pixel::bgr8},
                {colour.cols, colour.rows, vision::Pixel::grey8},
                {},
                length_mm * 0.45F,
                0.15F};
  sprite.colour.pixels.assign(colour.data, colour.data + colour.total() * 3);
  sprite.cover.pixels.assign(cover.data, cover.data + cover.total());
  sprite.relief.assign(relief.ptr<float>(), relief.ptr<float>() + relief.total());
  return sprite;
}

}  // namespace trayline::tray
