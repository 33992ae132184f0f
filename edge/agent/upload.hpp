// Pictures from the hand-over folder to the evidence store: what the cloud asked for is PUT to the
// address it gave and deleted after success; what nobody asks for stays until the folder is too
// large, the oldest first. A message never waits for its picture. One thread, the loop's.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <string>

#include "lib/base/clock.hpp"
#include "lib/base/random.hpp"
#include "lib/base/result.hpp"
#include "lib/loop/loop.hpp"
#include "lib/wire/prediction.hpp"

namespace trayline::agent {

struct UploadLimits {
  std::int64_t folder_bytes_max = 1LL << 30;
  std::int64_t file_bytes_max = 16LL << 20;
  std::size_t waiting_max = 10'000;
  std::size_t at_once = 2;
  int tries_max = 30;  // about 25 minutes; then the address has expired long since
};

class Uploads {
 public:
  // Sends one PUT; answers with the HTTP status.
  using Put = std::function<void(const std::string& url, std::string body,
                                 std::function<void(Result<int>)> done)>;
  // The upload is over for good; done: the cloud has the picture.
  using Ended = std::function<void(const std::string& hash, bool done)>;
  struct Out {
    Put put;
    Ended ended;
  };
  Uploads(Loop& loop, Random& random, std::string folder, UploadLimits limits, Out out);

  void ask(const wire::Upload& upload);
  // The cloud has this picture already.
  void has(const std::string& hash);
  // Deletes the oldest files beyond the folder's limit; every minute by itself.
  void sweep();

  std::size_t waiting() const { return jobs_.size(); }
  std::uint64_t dropped() const { return dropped_; }  // files deleted for room
  std::uint64_t failed() const { return failed_; }    // given up

 private:
  struct Job {
    std::string url;
    int tries = 0;
    bool running = false;
    Loop::Timer again;
  };
  void advance();
  void start(const std::string& hash, Job& job);
  void finish(const std::string& hash, const Result<int>& status);
  void retry(const std::string& hash, Job& job);
  void end(const std::string& hash, bool done);
  std::string file(const std::string& hash) const { return folder_ + "/" + hash; }

  Loop& loop_;
  Random& random_;
  std::string folder_;
  UploadLimits limits_;
  Out out_;
  std::map<std::string, Job> jobs_;
  std::deque<std::string> ready_;
  std::size_t running_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t failed_ = 0;
  Loop::Timer sweep_;
};

}  // namespace trayline::agent
