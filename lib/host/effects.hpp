// Who carries out durable effects. Called after the commit, never inside a transaction.
#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/host/message.hpp"

namespace trayline::host {

// An effect as it stands in the outbox. tries counts earlier attempts: above 0 its outcome may be
// unknown, and what moves money is read back before it is repeated.
struct Claimed {
  std::string id;
  std::string kind;
  std::string key;
  Json body;
  int tries = 0;
  std::uint64_t request = 0;  // a caller parked in this process, else 0
};

// How it ended. Either finished (with or without a message that carries the result to a service)
// or to be tried again.
struct Outcome {
  std::string id;
  std::optional<Message> result;
  std::optional<std::chrono::milliseconds> retry_after;
  std::string error;     // of a retry, for the row and the log
  bool patient = false;  // nobody waits for the result: it rides with the next turn
};

// Takes the outcomes of any number of effects; thread-safe.
using Done = std::function<void(std::vector<Outcome>)>;

class Executor {
 public:
  virtual ~Executor() = default;
  // True for the kinds that it carries out.
  virtual bool carries(std::string_view kind) const = 0;
  // Returns at once; answers each effect exactly once through done, in any order and grouping.
  // Called by the tick's thread.
  virtual void execute(std::vector<Claimed> effects, Done done) = 0;
};

// 1 s doubling to 5 min, by the number of tries so far.
std::chrono::milliseconds retry_delay(int tries);

}  // namespace trayline::host
