// PNG by libpng. Its errors leave by longjmp: the functions that call setjmp hold no object with a
// destructor.
#include <png.h>

#include <cstring>

#include "edge/gallery/codec.hpp"

namespace trayline::gallery {

namespace {

constexpr std::uint32_t kSideMax = 32'768;
constexpr png_alloc_size_t kChunkBytesMax = 8u << 20;
constexpr int kChunksMax = 64;

struct Source {
  std::span<const std::uint8_t> left;
  char text[200] = {};
};

struct Reader {
  png_structp png = nullptr;
  png_infop info = nullptr;
  ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }
};

void give(png_structp png, png_bytep out, std::size_t count) {
  auto* source = static_cast<Source*>(png_get_io_ptr(png));
  if (count > source->left.size()) png_error(png, "it is cut short");
  std::memcpy(out, source->left.data(), count);
  source->left = source->left.subspan(count);
}

void leave(png_structp png, png_const_charp text) {
  auto* source = static_cast<Source*>(png_get_error_ptr(png));
  std::snprintf(source->text, sizeof source->text, "%s", text);
  png_longjmp(png, 1);
}

void ignore(png_structp, png_const_charp) {}

// Eight-bit BGR over white, whatever the file holds.
bool read_header(png_structp png, png_infop info, Source* source) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_user_limits(png, kSideMax, kSideMax);
  png_set_chunk_malloc_max(png, kChunkBytesMax);
  png_set_chunk_cache_max(png, kChunksMax);
  png_set_read_fn(png, source, give);
  png_read_info(png, info);
  png_color_16 white{};
  white.red = white.green = white.blue = white.gray = 0xFFFF;
  const int depth = png_get_bit_depth(png, info);
  png_set_expand(png);
  if (depth == 16) png_set_strip_16(png);
  if (depth < 16) white.red = white.green = white.blue = white.gray = 0xFF;
  png_set_gray_to_rgb(png);
  png_set_background(png, &white, PNG_BACKGROUND_GAMMA_SCREEN, 0, 1.0);
  png_set_bgr(png);
  png_set_interlace_handling(png);
  return true;
}

bool read_rows(png_structp png, png_infop info, std::uint8_t** rows, std::size_t row_bytes) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_read_update_info(png, info);
  if (png_get_rowbytes(png, info) != row_bytes) png_error(png, "it has an unusual pixel format");
  png_read_image(png, rows);
  png_read_end(png, nullptr);
  return true;
}

}  // namespace

Result<vision::Image> decode_png(std::span<const std::uint8_t> bytes) {
  Source source{bytes};
  Reader reader;
  reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, leave, ignore);
  if (reader.png != nullptr) reader.info = png_create_info_struct(reader.png);
  if (reader.info == nullptr) return fail(Code::exhausted, "no memory for a PNG");
  const auto wrong = [&] {
    return fail(Code::invalid_argument, std::string("the PNG is damaged: ") + source.text);
  };
  if (!read_header(reader.png, reader.info, &source)) return wrong();
  const std::uint32_t width = png_get_image_width(reader.png, reader.info);
  const std::uint32_t height = png_get_image_height(reader.png, reader.info);
  if (auto fits = check_size(width, height); !fits) return fail(fits.error());
  vision::Image image(static_cast<int>(width), static_cast<int>(height), vision::Pixel::bgr8);
  const std::size_t row_bytes = std::size_t{width} * 3;
  std::vector<std::uint8_t*> rows(height);
  for (std::size_t y = 0; y < height; ++y) rows[y] = image.pixels.data() + y * row_bytes;
  if (!read_rows(reader.png, reader.info, rows.data(), row_bytes)) return wrong();
  return image;
}

}  // namespace trayline::gallery
