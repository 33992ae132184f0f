// For tests: a new folder that is gone with its owner.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace trayline::evidence {

class TempFolder {
 public:
  TempFolder() : path_((std::filesystem::temp_directory_path() / "evidence-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) std::abort();
  }
  ~TempFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace trayline::evidence
