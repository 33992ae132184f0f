#include "edge/agent/upload.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "edge/agent/starter.hpp"
#include "lib/base/digest.hpp"
#include "lib/base/log.hpp"

namespace trayline::agent {
namespace {

namespace fs = std::filesystem;
constexpr Millis kSweepEvery{60'000};

bool is_hash(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

Uploads::Uploads(Loop& loop, Random& random, std::string folder, UploadLimits limits, Out out)
    : loop_(loop),
      random_(random),
      folder_(std::move(folder)),
      limits_(limits),
      out_(std::move(out)) {
  sweep();
}

void Uploads::ask(const wire::Upload& upload) {
  // The name of a file comes from outside: nothing but a hash may become one.
  if (!is_hash(upload.hash) || jobs_.size() >= limits_.waiting_max) {
    ++failed_;
    return out_.ended(upload.hash, false);
  }
  Job& job = jobs_[upload.hash];
  job.url = upload.url;
  if (job.running) return;
  job.tries = 0;
  ready_.push_back(upload.hash);
  advance();
}

void Uploads::has(const std::string& hash) {
  if (!is_hash(hash) || jobs_.contains(hash)) return;
  std::error_code error;
  fs::remove(file(hash), error);
}

void Uploads::advance() {
  while (running_ < limits_.at_once && !ready_.empty()) {
    const std::string hash = ready_.front();
    ready_.pop_front();
    const auto job = jobs_.find(hash);
    if (job != jobs_.end() && !job->second.running) start(hash, job->second);
  }
}

void Uploads::start(const std::string& hash, Job& job) {
  std::error_code error;
  const auto size = fs::file_size(file(hash), error);
  if (error) return retry(hash, job);  // it may come yet: a message does not wait for its picture
  std::ifstream stream(file(hash), std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  std::string body = text.str();
  if (static_cast<std::int64_t>(size) > limits_.file_bytes_max || sha256_hex(body) != hash) {
    log(Level::error, "a picture is not what its name says", {{"hash", hash}});
    fs::remove(file(hash), error);
    return end(hash, false);
  }
  job.running = true;
  ++running_;
  out_.put(job.url, std::move(body),
           [this, hash](const Result<int>& status) { finish(hash, status); });
}

void Uploads::finish(const std::string& hash, const Result<int>& status) {
  --running_;
  Job& job = jobs_[hash];
  job.running = false;
  if (status && *status >= 200 && *status < 300) {
    std::error_code error;
    fs::remove(file(hash), error);
    end(hash, true);
  } else if (status && *status >= 400 && *status < 500 && *status != 408 && *status != 429) {
    // This address will never do; the file stays until there is no room.
    log(Level::warning, "an upload was refused", {{"hash", hash}, {"status", *status}});
    end(hash, false);
  } else {
    retry(hash, job);
  }
  advance();
}

void Uploads::retry(const std::string& hash, Job& job) {
  if (++job.tries >= limits_.tries_max) return end(hash, false);
  job.again = loop_.after(restart_delay(job.tries - 1, random_), [this, hash] {
    ready_.push_back(hash);
    advance();
  });
}

void Uploads::end(const std::string& hash, bool done) {
  failed_ += done ? 0 : 1;
  jobs_.erase(hash);
  out_.ended(hash, done);
}

void Uploads::sweep() {
  struct File {
    fs::file_time_type at;
    std::int64_t bytes;
    fs::path path;
  };
  std::vector<File> files;
  std::int64_t bytes = 0;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, error)) {
    if (!entry.is_regular_file(error)) continue;
    const auto size = static_cast<std::int64_t>(entry.file_size(error));
    const auto at = entry.last_write_time(error);
    if (error) continue;
    files.push_back({at, size, entry.path()});
    bytes += size;
  }
  if (bytes > limits_.folder_bytes_max) {
    std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.at < b.at; });
    for (const File& old : files) {
      if (bytes <= limits_.folder_bytes_max) break;
      fs::remove(old.path, error);
      bytes -= old.bytes;
      ++dropped_;
    }
  }
  sweep_ = loop_.after(kSweepEvery, [this] { sweep(); });
}

}  // namespace trayline::agent
