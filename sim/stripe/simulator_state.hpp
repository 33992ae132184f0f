// What the simulator is made of. Inside the module only; belongs to the loop's thread.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/stripe/faults.hpp"
#include "sim/stripe/journal.hpp"
#include "sim/stripe/simulator.hpp"
#include "sim/stripe/webhooks.hpp"
#include "sim/stripe/wire_check.hpp"

namespace trayline::stripe_sim {

http::Response json_response(int status, const Json& body);

struct Simulator::State {
  State(Loop& l, const Clock& c, Random& r, SimulatorSettings s);

  struct Held {
    std::string path;
    std::string key;
    http::ResponderPtr responder;
    http::Response response;
  };

  // simulator.cpp
  Time now() const { return clock.now() + shift; }
  Result<void> open_books();
  Result<void> set_up_webhook();
  void routes();
  void serve(const http::Request& request, const http::ResponderPtr& responder);
  void after_effect(const Fault& fault, const Call& call, const http::ResponderPtr& responder,
                    http::Response response);
  http::Response refuse(const Fault& fault, int status);
  void hold(Held held);
  std::int64_t release();
  // While the reply is on its way, the key is in use.
  void answer_later(const Call& call, const http::ResponderPtr& responder, http::Response response,
                    const std::function<void(Loop::Task)>& when);
  void delay(Millis wait, Loop::Task task);
  void tick();

  // controls.cpp
  void control_routes();
  void fault_routes();
  void account_routes();
  void control(const std::string& method, const std::string& path,
               std::function<Result<Json>(const Json&)> action);
  Result<Json> books(const std::map<std::string, std::string>& query) const;
  Result<Json> set_chaos(const Json& body);
  Result<Json> set_manners(const Json& body);
  Result<Json> move_dispute(const Json& body);
  Result<Json> move_clock(const Json& body);
  Result<Json> reset();
  Json held_list() const;

  Loop& loop;
  const Clock& clock;
  Random& random;
  SimulatorSettings settings;
  Account account;
  Millis shift{0};
  Faults faults;
  std::optional<Chaos> chaos;
  std::map<std::string, std::int64_t> happened;  // faults by kind, since the start or reset
  std::vector<Held> held;
  std::uint64_t next_delay = 0;
  std::map<std::uint64_t, Loop::Timer> delays;
  Loop::Timer ticker;
  std::optional<Journal> journal;
  std::optional<WireCheck> checks;
  Webhooks webhooks;
  http::Server server;
};

}  // namespace trayline::stripe_sim
