// JPEG by libjpeg-turbo. Its errors leave by longjmp: the functions that call setjmp hold no object
// with a destructor.
#include <jerror.h>
#include <jpeglib.h>  // needs cstdio before it

#include <csetjmp>
#include <cstdio>
#include <cstdlib>

#include "edge/gallery/codec.hpp"

namespace trayline::gallery {

namespace {

struct Trouble {
  jpeg_error_mgr manager;  // first: libjpeg hands back a pointer to it
  jmp_buf back;
  char text[JMSG_LENGTH_MAX];
  bool truncated;
};

void leave(j_common_ptr info) {
  auto* trouble = reinterpret_cast<Trouble*>(info->err);
  trouble->manager.format_message(info, trouble->text);
  longjmp(trouble->back, 1);
}

// Warnings: only those that mean missing data count.
void note(j_common_ptr info, int level) {
  auto* trouble = reinterpret_cast<Trouble*>(info->err);
  if (level >= 0) return;
  const int code = trouble->manager.msg_code;
  if (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER) trouble->truncated = true;
}

void watch_scans(j_common_ptr info) {
  auto* jpeg = reinterpret_cast<j_decompress_ptr>(info);
  if (jpeg->input_scan_number <= kJpegScansMax) return;
  auto* trouble = reinterpret_cast<Trouble*>(info->err);
  std::snprintf(trouble->text, sizeof trouble->text, "more than %d scans", kJpegScansMax);
  longjmp(trouble->back, 1);
}

void prepare(Trouble& trouble) {
  jpeg_std_error(&trouble.manager);
  trouble.manager.error_exit = leave;
  trouble.manager.emit_message = note;
  trouble.truncated = false;
  trouble.text[0] = '\0';
}

// False: trouble.text says why.
bool read_header(jpeg_decompress_struct& jpeg, Trouble& trouble,
                 std::span<const std::uint8_t> bytes) {
  if (setjmp(trouble.back) != 0) return false;
  jpeg_mem_src(&jpeg, bytes.data(), static_cast<unsigned long>(bytes.size()));
  jpeg_read_header(&jpeg, TRUE);
  return true;
}

bool read_rows(jpeg_decompress_struct& jpeg, Trouble& trouble, std::uint8_t* pixels) {
  if (setjmp(trouble.back) != 0) return false;
  jpeg.out_color_space = JCS_EXT_BGR;
  jpeg.dct_method = JDCT_ISLOW;
  jpeg_start_decompress(&jpeg);
  while (jpeg.output_scanline < jpeg.output_height) {
    JSAMPROW row = pixels + static_cast<std::size_t>(jpeg.output_scanline) * jpeg.output_width * 3;
    jpeg_read_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_decompress(&jpeg);
  return true;
}

struct Written {
  unsigned char* data = nullptr;
  unsigned long size = 0;
};

bool write_rows(jpeg_compress_struct& jpeg, Trouble& trouble, const vision::ImageView& picture,
                int quality, Written* out) {
  if (setjmp(trouble.back) != 0) return false;
  const bool grey = picture.format == vision::Pixel::grey8;
  jpeg_mem_dest(&jpeg, &out->data, &out->size);
  jpeg.image_width = static_cast<JDIMENSION>(picture.width);
  jpeg.image_height = static_cast<JDIMENSION>(picture.height);
  jpeg.input_components = grey ? 1 : 3;
  jpeg.in_color_space = grey ? JCS_GRAYSCALE : JCS_EXT_BGR;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, quality, TRUE);
  jpeg_start_compress(&jpeg, TRUE);
  while (jpeg.next_scanline < jpeg.image_height) {
    JSAMPROW row = const_cast<std::uint8_t*>(
        picture.data + static_cast<std::ptrdiff_t>(jpeg.next_scanline) * picture.stride);
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  return true;
}

}  // namespace

Result<vision::Image> decode_jpeg(std::span<const std::uint8_t> bytes) {
  Trouble trouble;
  prepare(trouble);
  jpeg_decompress_struct jpeg{};
  jpeg_progress_mgr progress{};
  progress.progress_monitor = watch_scans;
  jpeg.err = &trouble.manager;
  jpeg_create_decompress(&jpeg);
  jpeg.progress = &progress;
  const auto wrong = [&](const std::string& what) {
    jpeg_destroy_decompress(&jpeg);
    return fail(Code::invalid_argument, "the JPEG is damaged: " + what);
  };
  if (!read_header(jpeg, trouble, bytes)) return wrong(trouble.text);
  if (auto fits = check_size(jpeg.image_width, jpeg.image_height); !fits) {
    jpeg_destroy_decompress(&jpeg);
    return fail(fits.error());
  }
  if (jpeg.jpeg_color_space == JCS_CMYK || jpeg.jpeg_color_space == JCS_YCCK) {
    jpeg_destroy_decompress(&jpeg);
    return fail(Code::invalid_argument, "a CMYK JPEG is not read: save it as RGB");
  }
  vision::Image image(static_cast<int>(jpeg.image_width), static_cast<int>(jpeg.image_height),
                      vision::Pixel::bgr8);
  if (!read_rows(jpeg, trouble, image.pixels.data())) return wrong(trouble.text);
  if (trouble.truncated) return wrong("it is cut short");
  jpeg_destroy_decompress(&jpeg);
  return image;
}

Result<Bytes> encode_jpeg(vision::ImageView picture, int quality) {
  if (picture.data == nullptr || picture.width <= 0 || picture.height <= 0) {
    return fail(Code::invalid_argument, "there is no picture to encode");
  }
  Trouble trouble;
  prepare(trouble);
  jpeg_compress_struct jpeg{};
  jpeg.err = &trouble.manager;
  jpeg_create_compress(&jpeg);
  Written written;
  const bool done = write_rows(jpeg, trouble, picture, std::clamp(quality, 1, 100), &written);
  jpeg_destroy_compress(&jpeg);
  Bytes bytes;
  if (done) bytes.assign(written.data, written.data + written.size);
  std::free(written.data);
  if (!done) return fail(Code::invalid_argument, std::string("cannot encode: ") + trouble.text);
  return bytes;
}

}  // namespace trayline::gallery
