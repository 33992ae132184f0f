// The code that a customer lays beside the tray: QR (ISO/IEC 18004) of level M by zxing-cpp's
// writer, on a card or on a phone's screen.
#include <BitMatrix.h>
#include <MultiFormatWriter.h>

#include "sim/tray/brush.hpp"
#include "sim/tray/paint.hpp"

namespace trayline::tray {
namespace {

constexpr int kModules = 25;      // version 2
constexpr int kQuietModules = 4;  // ISO/IEC 18004: four modules of quiet zone
constexpr int kLevelM = 4;        // zxing-cpp: 1-2 L, 3-4 M, 5-6 Q, 7-8 H

}  // namespace

Result<Sprite> paint_code(const std::string& bytes, bool on_phone) {
  using namespace brush;
  if (bytes.empty() || bytes.size() > kCodeBytesMax) {
    return fail(Code::invalid_argument, "a code holds 1 to 26 bytes");
  }
  // One wide character per byte: ISO 8859-1 is the code's default, so no marker is written.
  std::wstring text;
  for (const char c : bytes) text.push_back(static_cast<unsigned char>(c));
  ZXing::BitMatrix code;
  try {
    ZXing::MultiFormatWriter writer(ZXing::BarcodeFormat::QRCode);
    writer.setEncoding(ZXing::CharacterSet::ISO8859_1).setEccLevel(kLevelM).setMargin(0);
    code = writer.encode(text, 0, 0);
  } catch (const std::exception& e) {
    return fail(Code::invalid_argument, std::string("no code of these bytes: ") + e.what());
  }
  const int modules = code.width();
  if (modules > kModules) return fail(Code::invalid_argument, "the code needs too many modules");
  const float white = static_cast<float>(kModules + 2 * kQuietModules) * kModuleMm;
  const float width = on_phone ? white + 6 : white;
  const float length = on_phone ? 148.0F : white;
  Sprite sprite = fill(width, length, on_phone ? 8 : 1, [&](float x, float y) {
    Texel t{inside_box(x, y, width / 2, length / 2, on_phone ? 9.0F : 1.5F), 0, rgb(244, 244, 240)};
    if (on_phone) {
      t.relief_mm = 2 * ramp(0, 2, t.inside_mm);
      t.colour = t.inside_mm < 3 ? rgb(26, 26, 30) : rgb(246, 247, 250);
      if (std::fabs(y) > white / 2 && std::fabs(y) < white / 2 + 14 && t.inside_mm > 6) {
        t.colour = blend(t.colour, rgb(60, 70, 90), lettering(x, y, 7, 11));
      }
    }
    const float half = static_cast<float>(modules) / 2;
    const int column = static_cast<int>(std::floor(x / kModuleMm + half));
    const int row = static_cast<int>(std::floor(y / kModuleMm + half));
    const bool in_code = column >= 0 && row >= 0 && column < modules && row < modules;
    if (in_code && code.get(column, row)) t.colour = rgb(24, 24, 26);
    return t;
  });
  sprite.gloss = on_phone ? 0.1F : 0;
  return sprite;
}

}  // namespace trayline::tray
