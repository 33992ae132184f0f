// What flows through the tick: messages to services, and everything that a decision may ask for.
// Plain values.
#pragma once
#include <any>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/clock.hpp"
#include "lib/base/describe.hpp"
#include "lib/base/json.hpp"
#include "lib/bus/bus.hpp"

namespace trayline::host {

// A caller's Idempotency-Key: the same scope and key get the stored answer, with another hash a
// refusal.
struct Idempotency {
  std::string scope;  // the user
  std::string key;
  std::string body_hash;
};

// One message to one service. body holds the service's variant of lib/wire (or of its own).
struct Message {
  std::string service;
  std::any body;
  std::string id;             // inbox id; empty for messages made inside a tick
  std::uint64_t request = 0;  // who waits for a Reply; 0 nobody
  std::optional<Idempotency> idempotency;
};

// A message of a service's variant In, made from one of its alternatives.
template <class In, class M>
Message to(std::string_view service, M message, std::uint64_t request = 0) {
  Message out;
  out.service = std::string(service);
  out.body = In(std::move(message));
  out.request = request;
  return out;
}

// Why a caller's request was refused; lib/http status numbers follow from the code in one table.
struct Problem {
  Code code = Code::invalid_argument;
  std::string type;    // stable word, e.g. "order_closed"
  std::string detail;  // for people; nothing internal
  std::vector<JsonProblem> errors;
};

// The answer to a parked request.
struct Answer {
  int status = 200;
  Json body;
  std::optional<Problem> problem;  // then status and body are ignored
  std::string location;
  std::string etag;
};

struct Reply {
  std::uint64_t request = 0;
  Answer answer;
};

// A durable effect: an outbox row, carried out after the commit, at least once, idempotent by key.
struct Effect {
  std::string kind;  // names its executor, e.g. "payments.capture"
  std::string key;   // from durable values only; equal keys mean the same effect
  Json body;
  std::uint64_t request = 0;  // a caller who waits for its result, while this process lives
};

// A message to come at a time. The same id replaces; the row is removed in the tick that takes it.
struct Timer {
  std::string id;
  std::string service;
  Time due;
  Json body;  // as Service::decode reads it
};

// Kept for a person: what could not be handled.
struct DeadLetter {
  std::string service;
  std::string reason;
  std::string payload;
};

// Everything that leaves a decision, in one value.
struct Output {
  std::vector<Message> messages;
  std::vector<Effect> effects;
  std::vector<Timer> timers;
  std::vector<std::string> cancel_timers;
  std::vector<DeadLetter> dead_letters;
  // Derived: sent after the commit, from committed state, and again whenever asked.
  std::vector<bus::Message> publish;
  std::vector<Reply> replies;
  std::vector<std::string> wake;  // keys of streams to read again
};

}  // namespace trayline::host
