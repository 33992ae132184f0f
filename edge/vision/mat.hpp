// Between our pictures and OpenCV's, for this folder's .cpp files only: cv::Mat stays a name here,
// so that no header of ours includes OpenCV.
#pragma once
#include <string_view>

#include "edge/vision/image.hpp"
#include "edge/vision/shapes.hpp"
#include "lib/base/result.hpp"

namespace cv {
class Mat;
}

namespace trayline::vision {

// Larger pictures are refused by every stage.
inline constexpr int kPicturePixelsMax = 12'000'000;
// The smallest side that every stage can work on.
inline constexpr int kPictureSideMin = 8;

// A view without data, with a broken stride, too small or too large is invalid_argument (too large:
// exhausted); `what` names the picture in the text.
Result<void> check_picture(ImageView picture, std::string_view what);
// Both pictures are sound, three-channelled and of one size.
Result<void> check_pair(ImageView frame, ImageView reference);

// Shares the pixels; the caller keeps them alive and does not write through it.
cv::Mat mat_of(const ImageView& view);
cv::Mat mat_of(const Image& image);
// Copies; CV_8UC1 or CV_8UC3.
Image image_of(const cv::Mat& mat);

}  // namespace trayline::vision
