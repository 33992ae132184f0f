// Pictures from outside: what is read, and what is refused in which words.
#include "edge/gallery/picture.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace trayline::gallery {
namespace {

using vision::Image;
using vision::Pixel;

Image gradient(int width, int height) {
  Image image(width, height, Pixel::bgr8);
  for (int i = 0; i < width * height; ++i) {
    auto* pixel = &image.pixels[static_cast<std::size_t>(i) * 3];
    pixel[0] = static_cast<std::uint8_t>(i % width * 255 / width);
    pixel[1] = static_cast<std::uint8_t>(i / width * 255 / height);
    pixel[2] = 90;
  }
  return image;
}

Bytes jpeg() { return *encode_jpeg(gradient(64, 48).view(), 90); }

// 2 x 1, RGBA: half-transparent red, opaque green. Made with Python's zlib.
Bytes png() {
  return *from_hex(
      "89504e470d0a1a0a0000000d4948445200000002000000010806000000f4227f8a000000114944415478"
      "9c63f8cfc0d0c0f09fe13f000e7d037eeaf693c00000000049454e44ae426082");
}

TEST(Picture, ComesBackFromJpegAlmostAsItWas) {
  const Image was = gradient(64, 48);
  const auto is = decode_picture(*encode_jpeg(was.view(), 95));
  ASSERT_TRUE(is) << is.error().detail;
  ASSERT_EQ(is->width, 64);
  ASSERT_EQ(is->height, 48);
  for (std::size_t i = 0; i < was.pixels.size(); ++i) {
    ASSERT_NEAR(is->pixels[i], was.pixels[i], 12) << "byte " << i;
  }
}

TEST(Picture, EncodesGreyAndRowsWithGaps) {
  Image grey(16, 16, Pixel::grey8);
  std::fill(grey.pixels.begin(), grey.pixels.end(), std::uint8_t{77});
  const auto back = decode_picture(*encode_jpeg(grey.view(), 90));
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(back->format, Pixel::bgr8) << "a grey JPEG is read as colour";
  EXPECT_NEAR(back->pixels[5], 77, 2);

  const Image wide = gradient(64, 48);
  vision::ImageView left = wide.view();
  left.width = 32;
  const auto half = decode_picture(*encode_jpeg(left, 95));
  ASSERT_TRUE(half);
  EXPECT_EQ(half->width, 32);
  EXPECT_NEAR(half->pixels[31 * 3], wide.pixels[31 * 3], 12);
  EXPECT_FALSE(encode_jpeg({}, 90)) << "nothing can not be encoded";
}

TEST(Picture, RefusesWhatIsNoPictureInClearWords) {
  Bytes cut = jpeg();
  cut.resize(cut.size() * 6 / 10);
  Bytes header_only = jpeg();
  header_only.resize(20);
  Bytes magic_only{0xFF, 0xD8, 0xFF};
  Bytes png_cut = *from_hex("89504e470d0a1a0a0000000d49484452");
  const std::string text = "hello, this is a letter and no picture";
  const struct {
    const char* what;
    Bytes bytes;
    const char* says;
  } cases[] = {
      {"no bytes", {}, "zero bytes"},
      {"a text", Bytes(text.begin(), text.end()), "neither a JPEG nor a PNG"},
      {"a truncated JPEG", cut, "damaged"},
      {"a JPEG's first bytes", header_only, "damaged"},
      {"a JPEG's magic alone", magic_only, "damaged"},
      {"a PNG's first bytes", png_cut, "damaged"},
  };
  for (const auto& c : cases) {
    const auto image = decode_picture(c.bytes);
    ASSERT_FALSE(image) << c.what << " was taken for a picture";
    EXPECT_EQ(image.error().code, Code::invalid_argument) << c.what;
    EXPECT_NE(image.error().detail.find(c.says), std::string::npos)
        << c.what << " says: " << image.error().detail;
  }
}

TEST(Picture, RefusesHugeSizesBeforeTakingMemory) {
  Bytes bytes = jpeg();
  const Bytes sof{0xFF, 0xC0};
  const auto at = std::search(bytes.begin(), bytes.end(), sof.begin(), sof.end()) - bytes.begin();
  const auto size = static_cast<std::size_t>(at) + 5;  // after marker, length, precision
  for (std::size_t i = 0; i < 4; ++i) bytes[size + i] = 0xFD;
  const auto image = decode_picture(bytes);
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().code, Code::exhausted);
  EXPECT_NE(image.error().detail.find("too large: 65021x65021"), std::string::npos)
      << image.error().detail;
}

TEST(Picture, NeverCrashesOnFlippedBytes) {
  const Bytes good = jpeg();
  int read = 0;
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes bad = good;
    bad[i] ^= 0x5A;
    read += decode_picture(bad).has_value();
  }
  EXPECT_GT(read, 0) << "some flips only change colours";
}

TEST(Picture, NamesTheFileThatIsWrong) {
  const auto folder = std::filesystem::temp_directory_path();
  const auto absent = read_picture((folder / "no-such-picture.jpg").string());
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, Code::not_found);
  EXPECT_NE(absent.error().detail.find("no-such-picture.jpg: no such file"), std::string::npos);
  const auto place = read_picture(folder.string());
  ASSERT_FALSE(place);
  EXPECT_EQ(place.error().code, Code::invalid_argument);
}

TEST(Picture, LaysTransparencyOverWhite) {
  const auto image = decode_picture(png());
  if (!image) GTEST_FAIL() << image.error().detail;
  ASSERT_EQ(image->width, 2);
  EXPECT_NEAR(image->pixels[0], 127, 2) << "blue of half-transparent red over white";
  EXPECT_EQ(image->pixels[2], 255) << "red of it";
  EXPECT_EQ(image->pixels[3 + 1], 255) << "green";
}

}  // namespace
}  // namespace trayline::gallery
