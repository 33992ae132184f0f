// Who carries out a try: over HTTP to the endpoint, or into memory.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "cloud/webhooks/webhooks.hpp"
#include "lib/base/metrics.hpp"
#include "lib/host/effects.hpp"
#include "lib/http/client.hpp"
#include "lib/loop/loop.hpp"

namespace trayline::webhooks {

// Of an answer so much is read; what follows is dropped with the connection.
inline constexpr std::size_t kAnswerBytesMax = 16 * 1024;

struct ExecutorParts {
  Loop& loop;
  http::Client& client;  // the loop's thread
  const Clock& clock;
  Metrics& metrics;
};

// POSTs the body with webhook-id, webhook-timestamp (of this try) and webhook-signature. Every
// effect ends with a wire::webhooks::Tried, whatever came: repeating is decided elsewhere.
// Redirects are not followed. All parts must outlive it.
std::unique_ptr<host::Executor> make_executor(const ExecutorParts& parts,
                                              std::shared_ptr<const Settings> settings);

// Takes tries into a list: for the simulator, scenarios and tests. For the tick's thread.
class MemoryExecutor final : public host::Executor {
 public:
  struct Try {
    std::string delivery;
    std::string event;
    std::string endpoint;
    std::string body;
  };
  bool carries(std::string_view kind) const override;
  void execute(std::vector<host::Claimed> effects, host::Done done) override;
  const std::vector<Try>& tries() const { return tries_; }
  // What an endpoint answers from now on; 200 at first.
  void answer(const std::string& endpoint, std::int64_t http_status) {
    answers_[endpoint] = http_status;
  }
  // An endpoint's tries stay open until it is let go.
  void hold(const std::string& endpoint) { held_[endpoint]; }
  void release(const std::string& endpoint);

 private:
  void finish(const Try& what, const std::string& effect, const host::Done& done) const;

  struct Open {
    Try what;
    std::string effect;
    host::Done done;
  };
  std::vector<Try> tries_;
  std::map<std::string, std::int64_t> answers_;
  std::map<std::string, std::vector<Open>> held_;
};

}  // namespace trayline::webhooks
