// What an edge function is written against: messages in and out, durable publishing, timers. It
// speaks the local protocol (edge/agent/README.md) on descriptors 0 and 1. One thread owns a
// Function; the handlers run on it, inside run() or step().
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "lib/base/describe.hpp"
#include "lib/base/result.hpp"

namespace trayline::edge {

enum class To { local, cloud };
// While a message to the cloud waits: critical is never dropped and goes only after the cloud's own
// acknowledgement; of normal the oldest are dropped for room; of latest the newest per topic stays.
enum class Class { critical, normal, latest };

struct PublishOptions {
  To to = To::local;
  Class cls = Class::normal;
  std::string key;  // UUIDv7 of the message; empty: made here. Give it to repeat after a crash.
};

struct Message {
  std::string topic;  // "<function>/<topic>", from the cloud "down/<function>/<topic>"
  Json body;
  std::int64_t attempt = 1;
  std::chrono::milliseconds age{0};  // how long the hub has had it
};

// What a handler says about its message; returning nothing is Done.
struct Done {};
struct Retry {
  std::chrono::milliseconds after{1000};
};
struct Drop {};  // cannot be handled: counted, not repeated
using Outcome = std::variant<Done, Retry, Drop>;

class Function {
 public:
  // The hub on descriptors 0 and 1, which are moved away: what is printed goes to the log.
  Function();
  // A hub elsewhere, for tests: both descriptors become the Function's.
  Function(int in, int out);
  ~Function();
  Function(const Function&) = delete;
  Function& operator=(const Function&) = delete;

  // What the hub said at start. Wait for it, at most 10 s; unavailable where there is no hub.
  Result<void> ready();
  // After ready(). config_text is JSON. handover takes pictures, each named by the lower-case
  // SHA-256 of its bytes (write beside it, then rename); work is our own folder, and kept.
  const std::string& core() const;
  const std::string& env() const;
  const std::string& config_text() const;
  const std::string& handover() const;
  const std::string& work() const;
  // Unknown members are ignored; invalid_argument names what does not fit.
  template <class T>
  Result<T> config() const {
    return from_json_text<T>(config_text());
  }

  // Messages of topics that fit the filter (+ one level, # the rest). "screen/shown" is another
  // function's, "down/<us>/..." the cloud's, "agent/uplink" {"connected","waiting"} the agent's.
  // The handler returns nothing, Retry, Drop or Outcome.
  template <class Handler>
  void on(std::string filter, Handler handler) {
    subscribe(std::move(filter), [handler = std::move(handler)](const Message& m) -> Outcome {
      if constexpr (std::is_void_v<std::invoke_result_t<Handler, const Message&>>) {
        handler(m);
        return Done{};
      } else {
        return handler(m);
      }
    });
  }
  void every(std::chrono::milliseconds period, std::function<void()> task);
  // Runs the task whenever the descriptor can be read (frames of a pipe); until unwatch.
  void watch(int fd, std::function<void()> task);
  void unwatch(int fd);
  // Runs once before run() returns.
  void on_stop(std::function<void()> task);

  // Waits for the hub's answer, at most 30 s: to the cloud it is given after the message is on
  // disk. The hub's sequence number; exhausted: the outbox is full (call staff); conflict: another
  // body under the same key; permission_denied, invalid_argument: never will; unknown_outcome: no
  // answer came, repeat with the same key. The topic is without our name in front.
  Result<std::int64_t> publish(std::string_view topic, const Json& body,
                               const PublishOptions& options = {});
  // done (may be empty) runs when the answer comes. exhausted where 1,024 wait.
  using Answered = std::function<void(Result<std::int64_t>)>;
  Result<void> publish_async(std::string_view topic, const Json& body,
                             const PublishOptions& options = {}, Answered done = {});

  // Shown on the agent's health page. progress(): work goes on (one line a second at most).
  void health(std::string_view state, std::string_view detail);
  void progress();

  // Until the hub or SIGTERM says stop (0) or the hub is gone (1).
  int run();
  // For programs with a loop of their own, when fd() is readable: handles what is there, waiting at
  // most this long. False when it is time to end.
  bool step(std::chrono::milliseconds wait);
  int fd() const;
  bool stopped() const;  // somebody has said stop

 private:
  void subscribe(std::string filter, std::function<Outcome(const Message&)> handler);
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trayline::edge
