// One station with its guests, one after the other: a phone orders over HTTP, a tray is set down,
// the phone hears what became of it. Whatever fails on the way is done again, as a phone does it,
// under the same key. One thread, the loop's.
#pragma once
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/clock.hpp"
#include "lib/http/client.hpp"
#include "sim/display/events.hpp"
#include "standalone/chaos/feeder.hpp"
#include "standalone/chaos/moments.hpp"
#include "standalone/chaos/stage.hpp"
#include "standalone/chaos/visit.hpp"

namespace trayline::chaos {

// What all counters share; outlives them.
struct Surroundings {
  Loop& loop;
  const Clock& clock;
  Random& random;
  Moments& moments;
  const Stage& stage;
  http::Client& http;
  std::vector<std::string> tokens;  // one per phone
  Millis pause{400};                // at most, between two guests
  std::deque<Visit> visits;         // of all counters, in the order of their beginning
};

class Counter {
 public:
  Counter(Surroundings& around, Feeder& feeder, std::string core, std::string station);
  ~Counter();
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;

  // Whether the next guest may come.
  void let_in(bool open);
  bool idle() const { return visit_ == nullptr; }
  // Ends a visit that gets nowhere.
  void give_up();
  // The newest visit whose tray was seen here; null before the first.
  const Visit* newest() const { return newest_; }

 private:
  struct Live;  // lets callbacks that come too late find nobody
  void begin();
  void place();
  void placed(const Result<http::Response>& response);
  void follow();
  void heard(std::string_view chunk);
  void heard_order(const Json& order);
  void act(const std::string& code);
  void put(const std::string& code, bool whole, bool sure);
  void hand_over(std::size_t tray, const Json& body, bool again);
  void cancel();
  void look_for_end();
  http::ClientRequest request(const std::string& method, const std::string& path) const;
  // Runs the step of this visit after a while, unless the visit is over by then.
  void later(Millis wait, std::function<void()> step);
  template <class Callback>
  auto alive(Callback callback);

  Surroundings& around_;
  Feeder& feeder_;
  const std::string core_;
  const std::string station_;
  bool open_ = false;
  Visit* visit_ = nullptr;
  const Visit* newest_ = nullptr;
  std::string key_;  // of the order's request
  std::string cancel_key_;
  std::string stay_;  // the visit's id on the wire
  Json lines_;
  std::int64_t soups_ = 0;
  std::int64_t rolls_ = 0;
  bool acted_ = false;
  bool corrected_ = false;
  display::EventReader reader_;
  std::shared_ptr<int> live_;  // of this visit
  Loop::Timer next_;
  std::vector<Loop::Timer> timers_;
};

}  // namespace trayline::chaos
