// Files that hold secrets: private to their owner, written whole or not at all.
#pragma once
#include <string>
#include <string_view>

#include "lib/base/result.hpp"

namespace trayline::auth {

// A secret file is small; a longer one is refused.
inline constexpr std::size_t kSecretFileBytesMax = 64 * 1024;

// not_found where there is none; permission_denied where others than the owner may read or write
// it (mode 0600 is asked for); unavailable where it cannot be read.
Result<std::string> read_secret_file(const std::string& path);
// Mode 0600, synced and renamed into place; replaces an older file. unavailable with the reason.
Result<void> write_secret_file(const std::string& path, std::string_view content);

}  // namespace trayline::auth
