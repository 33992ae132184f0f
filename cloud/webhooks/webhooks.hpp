// Webhooks as decisions see them: events, their deliveries to endpoints, when each is tried again
// and when it is given up. Pure values and functions; service.cpp hands them to the host.
#pragma once
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lib/base/clock.hpp"
#include "lib/base/encoding.hpp"
#include "lib/host/service.hpp"
#include "lib/wire/webhooks.hpp"

namespace trayline::webhooks {

inline constexpr std::size_t kEndpointsMax = 16;
// Tries of one endpoint at a time.
inline constexpr std::int64_t kUnderWayMax = 8;
// Of what is sent; an event with more becomes a dead letter.
inline constexpr std::size_t kBodyBytesMax = 64 * 1024;
inline constexpr std::size_t kErrorBytesMax = 200;
// A delivery that was not taken by then is given up.
inline constexpr Millis kGiveUpAfter = std::chrono::hours(24);
inline constexpr Millis kRetryFirst = std::chrono::seconds(5);
inline constexpr Millis kRetryMost = std::chrono::hours(1);
// Ended deliveries are kept so long.
inline constexpr Millis kKept = std::chrono::days(30);
// Each purge takes so many rows at most, so that no turn becomes long.
inline constexpr Millis kPurgeEvery = std::chrono::minutes(10);
inline constexpr std::int64_t kPurgeMost = 5'000;
// The effect of one try; its key is "<delivery>-<resends>-<tries>", its body {delivery, event,
// endpoint, body}.
inline constexpr std::string_view kSend = "webhooks.send";

struct Endpoint {
  std::string id;   // [a-z0-9-]{1,40}
  std::string url;  // http or https
  std::string ca_file;
  std::vector<Bytes> keys;         // each signs; two while one is replaced
  std::set<std::string> events{};  // none: all
  bool wants(const std::string& type) const { return events.empty() || events.contains(type); }
};

struct Settings {
  std::vector<Endpoint> endpoints;
  Millis timeout =
      std::chrono::seconds(10);  // of one try; twice that stays below an effect's lease
  // Null where there is none.
  const Endpoint* find(const std::string& id) const;
};

enum class State { waiting, sending, delivered, failed };
constexpr auto enum_names(State) {
  using enum State;
  return std::array{std::pair{waiting, std::string_view("waiting")},
                    std::pair{sending, std::string_view("sending")},
                    std::pair{delivered, std::string_view("delivered")},
                    std::pair{failed, std::string_view("failed")}};
}

struct Delivery {
  std::string id;  // "<event>-<endpoint>"
  std::string event;
  std::string endpoint;
  std::string type;
  std::string body;
  State state = State::waiting;
  std::int64_t tries = 0;  // since it was made or sent again
  std::int64_t resends = 0;
  Time due;
  Time give_up;
  std::int64_t http_status = 0;
  std::string error;
  std::int64_t version = 0;  // 0: not stored yet
  Time created;
  Time updated;
};

struct Snapshot {
  std::set<std::string> events;                 // of the batch, those that are known
  std::map<std::string, Delivery> deliveries;   // of the batch, and due ones of their endpoints
  std::map<std::string, std::int64_t> sending;  // by endpoint
};

struct NewEvent {
  std::string id;
  std::string type;
  std::string body;
};

struct Decision {
  std::optional<NewEvent> event;
  std::map<std::string, Delivery> deliveries;  // new and changed ones, as they are afterwards
  bool begin = false;                          // deliveries to unknown endpoints fail
  bool purge = false;
  host::Output out;
};

Decision decide(const Snapshot& snapshot, const Settings& settings,
                const host::Incoming<wire::webhooks::In>& in, Time now);
// What decide() decided, as the next message of the batch finds it.
void apply(Snapshot& snapshot, const Decision& decision);

// From kRetryFirst doubling to kRetryMost by the number of tries so far; of each the upper half,
// spread by the delivery's id. At least what the receiver asked for, as far as kRetryMost.
Millis retry_delay(const Delivery& delivery, Millis asked);

// As staff see it.
Json view_of(const Delivery& delivery);

}  // namespace trayline::webhooks
