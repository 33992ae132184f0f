// The local message hub: one socket per function, the line protocol on it, topics between functions
// and from the cloud. Local messages live in memory; what goes to the cloud is answered when the
// outbox has it. One thread, the loop's.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "edge/agent/lines.hpp"
#include "edge/agent/row.hpp"
#include "edge/agent/table.hpp"
#include "lib/base/clock.hpp"
#include "lib/base/random.hpp"
#include "lib/loop/loop.hpp"

namespace trayline::agent {

inline constexpr std::size_t kInboxMax = 1000;    // messages to one function, unhandled ones too
inline constexpr std::size_t kUnhandledMax = 64;  // sent to it and neither acked nor nacked
inline constexpr std::size_t kSubscriptionsMax = 64;  // of one function
inline constexpr std::size_t kOutBytesMax = 8 << 20;  // not yet read by it; more: we stop reading

// For the health page.
struct FunctionReport {
  std::string state;
  std::string detail;
  std::int64_t progress = 0;
  std::uint64_t denied = 0;   // lines answered with err
  std::uint64_t dropped = 0;  // messages it did not get or did not want
  std::map<std::string, double> metrics;
};

class Hub {
 public:
  using Stored = std::function<void(PutResult, std::int64_t seq)>;
  using Put = std::function<void(Row, Stored)>;
  Hub(Loop& loop, const Clock& clock, Random& random, Put put);
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  // A function was started with the other end of fd (ours from now on) and gets this welcome.
  void attach(const std::string& function, int fd, const Json& welcome);
  void detach(const std::string& function);
  void tell_stop(const std::string& function, Millis deadline);

  // topic: "<function>/<topic>", "agent/<topic>" or, for its function alone, "down/<function>/...".
  // Of the two latter only the newest per topic waits. body is JSON text.
  void deliver(const std::string& topic, const std::string& body);
  // The same, and given to who subscribes later.
  void deliver_kept(const std::string& topic, const std::string& body);

  const FunctionReport& report(const std::string& function);

 private:
  struct Session;
  struct Inbound;
  void ready(const std::string& function, bool readable, bool writable);
  void read(Session& session);
  void handle(Session& session, std::string_view text);
  void on(Session& session, const BadLine& line);
  void on(Session& session, const Hello& line);
  void on(Session& session, const Subscribe& line);
  void on(Session& session, const Publish& line);
  void on(Session& session, const Handled& line);
  void on(Session& session, const NotHandled& line);
  void on(Session& session, const Health& line);
  void on(Session& session, const Metric& line);
  void on(Session& session, const ConfigAnswer& line);
  void refuse(Session& session, const BadLine& bad);
  void enqueue(Session& session, const std::string& topic, const std::string& body);
  void pump(Session& session);
  void write(Session& session, const std::string& text);
  void flush(Session& session);

  Loop& loop_;
  const Clock& clock_;
  Random& random_;
  Put put_;
  std::map<std::string, std::unique_ptr<Session>> sessions_;
  std::map<std::string, std::string> kept_;
  std::map<std::string, FunctionReport> reports_;
  std::int64_t next_msg_ = 1;
  std::uint64_t next_session_ = 1;
};

}  // namespace trayline::agent
