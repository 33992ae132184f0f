// Live streams: which are open, what they sent last, and when they read again. Belongs to the
// loop's thread. Inside of cloud/api.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cloud/api/call.hpp"
#include "cloud/api/workers.hpp"
#include "lib/base/metrics.hpp"
#include "lib/loop/loop.hpp"

namespace trayline::api {

struct StreamParts {
  Loop& loop;
  const Clock& clock;
  Random& random;
  Workers& workers;
  std::size_t streams_max;
  std::size_t per_caller_max;
  Millis reread;
  // Whether the caller is still signed in; asked at every periodic reading.
  std::function<bool(const Call&)> still_good;
  Gauge open;
};

class Streams : public std::enable_shared_from_this<Streams> {
 public:
  explicit Streams(StreamParts parts) : parts_(std::move(parts)) {}
  // Reads once and then opens the stream, or answers the problem.
  void start(CallPtr call);
  void wake(const std::vector<std::string>& keys);
  // Ends all streams and reads no more.
  void stop();

 private:
  struct Entry;
  using EntryPtr = std::shared_ptr<Entry>;
  void read(const EntryPtr& entry);
  void took(const EntryPtr& entry, const host::OrProblem<host::LiveEvent>& event);
  void open_stream(const EntryPtr& entry);
  void remove(const EntryPtr& entry);
  void arm();
  void read_all();

  StreamParts parts_;
  std::multimap<std::string, EntryPtr> by_key_;
  std::map<std::string, std::size_t> per_caller_;
  Loop::Timer timer_;
  bool armed_ = false;
  bool stopped_ = false;
};

}  // namespace trayline::api
