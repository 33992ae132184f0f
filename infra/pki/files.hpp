// Small files written whole or not at all.
#pragma once
#include <sys/types.h>

#include <string>

#include "lib/base/result.hpp"

namespace trayline::pki {

// Beside its place, flushed, renamed. unavailable with the file's name and the reason.
Result<void> write_file(const std::string& path, const std::string& text, mode_t mode);
Result<std::string> read_file(const std::string& path);

}  // namespace trayline::pki
