// The one place that sees zxing-cpp's reader.
#include "edge/camera/codes.hpp"

#include <ReadBarcode.h>

#include <algorithm>

namespace trayline::camera {

std::vector<SeenCode> read_codes(vision::ImageView picture) {
  if (picture.data == nullptr || picture.width < 1 || picture.height < 1) return {};
  const auto format =
      picture.format == vision::Pixel::bgr8 ? ZXing::ImageFormat::BGR : ZXing::ImageFormat::Lum;
  ZXing::DecodeHints hints;
  hints.setFormats(ZXing::BarcodeFormat::QRCode).setTryHarder(true).setTryRotate(true);
  hints.setMaxNumberOfSymbols(kCodesMax);
  std::vector<SeenCode> codes;
  try {
    const ZXing::ImageView view(picture.data, picture.width, picture.height, format,
                                picture.stride);
    for (const ZXing::Result& found : ZXing::ReadBarcodes(view, hints)) {
      if (!found.isValid()) continue;
      SeenCode code;
      code.bytes.assign(found.bytes().begin(), found.bytes().end());
      for (std::size_t i = 0; i < 4; ++i) {
        const auto corner = found.position()[i];
        code.corners[i] = {static_cast<float>(corner.x), static_cast<float>(corner.y)};
      }
      codes.push_back(std::move(code));
    }
  } catch (const std::exception&) {
    return {};  // a picture that the library cannot take holds no code
  }
  const auto by_bytes = [](const SeenCode& a, const SeenCode& b) { return a.bytes < b.bytes; };
  const auto same = [](const SeenCode& a, const SeenCode& b) { return a.bytes == b.bytes; };
  std::stable_sort(codes.begin(), codes.end(), by_bytes);
  codes.erase(std::unique(codes.begin(), codes.end(), same), codes.end());
  return codes;
}

}  // namespace trayline::camera
