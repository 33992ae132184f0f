// Pictures in a folder, each under the SHA-256 of its content: <folder>/<aa>/<hash>.jpg. Whole or
// not there, also after a power cut. Thread-safe; one process owns the folder.
#pragma once
#include <memory>
#include <string>

#include "lib/base/result.hpp"

namespace trayline::evidence {

class Pictures {
 public:
  // Makes the folder where it is missing, and removes what an earlier run left half-written.
  // unavailable where that cannot be done.
  static Result<std::unique_ptr<Pictures>> open(const std::string& folder);
  // For a command that only gets, while another process may own the folder; touches nothing.
  static Pictures open_to_read(std::string folder) { return Pictures(std::move(folder)); }

  // Durable when it returns. The content is the caller's to check against the hash
  // (invalid_argument for what is no hash); a picture that is there already stays. unavailable:
  // disk full and the like, do not count on it.
  Result<void> put(const std::string& hash, const std::string& content) const;
  // not_found where there is none; unavailable where it cannot be read.
  Result<std::string> get(const std::string& hash) const;

 private:
  explicit Pictures(std::string folder) : folder_(std::move(folder)) {}
  std::string folder_;
};

}  // namespace trayline::evidence
