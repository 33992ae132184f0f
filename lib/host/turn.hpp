// One turn: the work of one transaction, from the items taken to what leaves after the commit.
// Inside of lib/host.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "lib/host/effects.hpp"
#include "lib/host/host.hpp"
#include "lib/host/message.hpp"
#include "lib/host/service.hpp"
#include "lib/store/store.hpp"

namespace trayline::host {

// Something undecodable, with what its sender is told once it is kept.
struct Rejected {
  DeadLetter letter;
  std::vector<bus::Message> answers;
};
using Item = std::variant<Message, Rejected, Outcome>;

// What may be taken from rows in this turn.
struct Due {
  std::size_t timers_max = 0;   // 0: none is due
  std::size_t effects_max = 0;  // to be claimed again
};

// What one turn works on.
struct Work {
  std::vector<Item> items;
  std::vector<std::string> finished;  // effects that only have to be removed
  Due due = {};
  std::vector<std::string> attempts = {};  // counted before they were begun; handled, no longer
};

// What a committed turn leaves behind.
struct Leaving {
  std::vector<Claimed> effects;
  std::vector<bus::Message> publish;
  std::vector<Reply> replies;
  std::vector<std::string> wake;
  std::optional<Time> earliest;  // of the timers and repeats that it made
  std::size_t messages = 0;
  std::size_t rounds = 0;
  std::size_t dead_letters = 0;
  std::size_t duplicates = 0;
  bool looked_for_rows = false;  // timers or effects were due: look for the next due time
  bool took_rows = false;        // and some were taken
  Service* handling = nullptr;   // in the round under way; null: between rounds
  std::map<std::uint64_t, Idempotency> unanswered;  // keys whose answer comes in a later turn
};

// Parked requests whose answers must be kept under their Idempotency-Key.
using Keeping = std::map<std::uint64_t, Idempotency>;

struct TurnParts {
  const std::vector<Service*>& services;
  Random& random;
  const Limits& limits;
  const std::string& owner;
  const std::string& host;
  const Keeping& keeping;
  Time now;
};

// Runs inside a transaction.
Result<void> run_turn(const TurnParts& parts, store::Session& session, Work work, Leaving& out);

// Stored answers as text and back.
std::string answer_to_text(const Answer& answer);
Answer answer_from_text(const std::string& text);

}  // namespace trayline::host
