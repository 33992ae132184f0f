// Pictures in files, for the shelf and for what the program writes.
#pragma once
#include <string>

#include "edge/vision/image.hpp"
#include "lib/base/result.hpp"

namespace trayline::tray {

// BGR8. not_found or invalid_argument with the path.
Result<vision::Image> read_photo(const std::string& path);
// JPEG of the given quality (1..100).
Result<void> write_photo(const std::string& path, vision::ImageView picture, int quality);

}  // namespace trayline::tray
