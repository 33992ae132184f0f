// Secrets come from files, never from settings themselves.
#pragma once
#include <string>

#include "lib/base/result.hpp"

namespace trayline::config {

// The file's text without white space around it. The file is a regular one of at most 64 KiB that
// nobody but its user may touch (mode 0600 or less): permission_denied otherwise; not_found;
// invalid_argument where it is empty or too large. No text of the secret is in any error.
Result<std::string> read_secret(const std::string& path);

}  // namespace trayline::config
