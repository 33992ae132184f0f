// JPEG files through libjpeg, whose errors leave by longjmp.
#include "sim/tray/photo.hpp"

#include <csetjmp>
#include <cstdio>
#include <memory>
// After cstdio, as libjpeg's header wants it.
#include <jpeglib.h>

namespace trayline::tray {
namespace {

struct Trouble {
  jpeg_error_mgr manager;
  std::jmp_buf back;
};
extern "C" void leave(j_common_ptr info) {
  std::longjmp(reinterpret_cast<Trouble*>(info->err)->back, 1);
}
extern "C" void be_quiet(j_common_ptr, int) {}

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

bool decode(std::FILE* file, vision::Image& image) {
  jpeg_decompress_struct info;
  Trouble trouble;
  info.err = jpeg_std_error(&trouble.manager);
  trouble.manager.error_exit = leave;
  trouble.manager.emit_message = be_quiet;
  if (setjmp(trouble.back) != 0) {
    jpeg_destroy_decompress(&info);
    return false;
  }
  jpeg_create_decompress(&info);
  jpeg_stdio_src(&info, file);
  jpeg_read_header(&info, TRUE);
  info.out_color_space = JCS_EXT_BGR;
  jpeg_start_decompress(&info);
  image = vision::Image(static_cast<int>(info.output_width), static_cast<int>(info.output_height),
                        vision::Pixel::bgr8);
  while (info.output_scanline < info.output_height) {
    JSAMPROW row = image.pixels.data() + std::size_t{3} * info.output_width * info.output_scanline;
    jpeg_read_scanlines(&info, &row, 1);
  }
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
  return true;
}

bool encode(std::FILE* file, vision::ImageView picture, int quality) {
  jpeg_compress_struct info;
  Trouble trouble;
  info.err = jpeg_std_error(&trouble.manager);
  trouble.manager.error_exit = leave;
  if (setjmp(trouble.back) != 0) {
    jpeg_destroy_compress(&info);
    return false;
  }
  jpeg_create_compress(&info);
  jpeg_stdio_dest(&info, file);
  info.image_width = static_cast<JDIMENSION>(picture.width);
  info.image_height = static_cast<JDIMENSION>(picture.height);
  info.input_components = 3;
  info.in_color_space = JCS_EXT_BGR;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    JSAMPROW row = const_cast<JSAMPROW>(picture.data + static_cast<std::size_t>(picture.stride) *
                                                           info.next_scanline);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  return true;
}

}  // namespace

Result<vision::Image> read_photo(const std::string& path) {
  const File file(std::fopen(path.c_str(), "rb"));
  if (!file) return fail(Code::not_found, path + ": cannot be opened");
  vision::Image image;
  if (!decode(file.get(), image)) return fail(Code::invalid_argument, path + ": not a sound JPEG");
  return image;
}

Result<void> write_photo(const std::string& path, vision::ImageView picture, int quality) {
  const File file(std::fopen(path.c_str(), "wb"));
  if (!file) return fail(Code::unavailable, path + ": cannot be written");
  if (!encode(file.get(), picture, quality) || std::fflush(file.get()) != 0) {
    return fail(Code::unavailable, path + ": cannot be written");
  }
  return {};
}

}  // namespace trayline::tray
