// Writing files so that a power cut leaves the old or the new.
#pragma once
#include <string>
#include <string_view>

#include "lib/base/result.hpp"

namespace trayline {

// Writes the bytes under a temporary name beside path, syncs, renames, syncs the folder. The file
// is its owner's to write and its group's to read. unavailable names the path and the reason.
Result<void> write_durably(const std::string& path, std::string_view bytes);
// All of it, however often the kernel takes a part. False: errno says why.
bool write_all(int fd, std::string_view bytes);
// The words of an errno about a file, with what to do where it is a matter of rights.
std::string why_not(int error);
// What was removed or renamed in it stays so.
Result<void> sync_folder(const std::string& folder);

}  // namespace trayline
