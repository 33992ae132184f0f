// Views between our pictures and OpenCV's.
#include "edge/vision/mat.hpp"

#include <opencv2/core.hpp>

#include "lib/base/check.hpp"

namespace trayline::vision {

Result<void> check_picture(ImageView picture, std::string_view what) {
  const std::string name(what);
  if (picture.data == nullptr || picture.width <= 0 || picture.height <= 0) {
    return fail(Code::invalid_argument, name + " holds no pixels");
  }
  const std::string size = std::to_string(picture.width) + "x" + std::to_string(picture.height);
  if (picture.width < kPictureSideMin || picture.height < kPictureSideMin) {
    return fail(Code::invalid_argument, name + " is too small: " + size + ", at least " +
                                            std::to_string(kPictureSideMin) + " pixels a side");
  }
  if (picture.width > kPicturePixelsMax / picture.height) {
    return fail(Code::exhausted, name + " is too large: " + size + ", at most " +
                                     std::to_string(kPicturePixelsMax) + " pixels");
  }
  if (picture.stride < picture.width * channels(picture.format)) {
    return fail(Code::invalid_argument, name + " has rows shorter than its width");
  }
  return {};
}

Result<void> check_pair(ImageView frame, ImageView reference) {
  if (auto sound = check_picture(frame, "the frame"); !sound) return sound;
  if (auto sound = check_picture(reference, "the reference"); !sound) return sound;
  if (frame.format != Pixel::bgr8 || reference.format != Pixel::bgr8) {
    return fail(Code::invalid_argument, "the frame and the reference have to be colour pictures");
  }
  if (frame.width != reference.width || frame.height != reference.height) {
    return fail(Code::invalid_argument,
                "the frame is " + std::to_string(frame.width) + "x" + std::to_string(frame.height) +
                    " but the reference is " + std::to_string(reference.width) + "x" +
                    std::to_string(reference.height) +
                    ": take the reference with the same camera settings");
  }
  return {};
}

cv::Mat mat_of(const ImageView& view) {
  // OpenCV has no view of constant pixels.
  return cv::Mat(view.height, view.width, CV_8UC(channels(view.format)),
                 const_cast<std::uint8_t*>(view.data), static_cast<std::size_t>(view.stride));
}

cv::Mat mat_of(const Image& image) { return mat_of(image.view()); }

Image image_of(const cv::Mat& mat) {
  check(mat.type() == CV_8UC1 || mat.type() == CV_8UC3, "a picture has one or three byte channels");
  Image image(mat.cols, mat.rows, mat.type() == CV_8UC1 ? Pixel::grey8 : Pixel::bgr8);
  cv::Mat out(mat.rows, mat.cols, mat.type(), image.pixels.data());
  mat.copyTo(out);
  return image;
}

}  // namespace trayline::vision
