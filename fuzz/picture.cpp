// Bytes that claim to be a picture: any answer but a crash or a hang is right.
#include "edge/gallery/picture.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto image = trayline::gallery::decode_picture({data, size});
  if (image && image->empty()) __builtin_trap();
  return 0;
}
