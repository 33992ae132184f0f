// What goes wrong in one world, and how often: drawn anew for each seed, so that some worlds have
// one kind of fault at full strength and most have a few. Values.
#pragma once
#include <string>

#include "standalone/simulate/engine.hpp"

namespace trayline::simulate {

// Probabilities are per occasion (message, commit, call, delivery), counts per virtual day.
struct Swarm {
  // Between cores and cloud.
  double lose = 0;         // neither delivered nor receipted
  double receipt_lie = 0;  // receipted by the broker, and lost
  double duplicate = 0;
  double slow = 0;     // up to a minute late: overtaken by others
  int partitions = 0;  // of a core, minutes to hours
  int broker_restarts = 0;
  // The cloud.
  double crash_before_commit = 0;
  double crash_after_commit = 0;
  double crash_after_effect = 0;
  int crashes = 0;                // at any moment
  double store_away = 0;          // a transaction does not begin
  double commit_unknown = 0;      // an error from the commit, which happened or did not
  double other_host_between = 0;  // another host's turn between load and save
  bool two_hosts = false;
  int cloud_clock_jumps = 0;
  // The cores.
  int core_crashes = 0;  // power: what is not on disk is gone
  int agent_crashes = 0;
  int core_clock_jumps = 0;
  double disk_fails = 0;
  bool small_outbox = false;
  int garbage = 0;  // messages that nobody can read
  int killers = 0;  // messages that kill whoever handles them
  // The provider.
  double call_lost = 0;
  double reply_lost = 0;
  double error_before = 0;   // 500 without effect
  double error_after = 0;    // effect, then 500
  double rate_limit = 0;     // 429
  double call_slow = 0;      // up to beyond the time-out
  int outages = 0;           // minutes
  bool long_outage = false;  // more than a day
  double hook_lost = 0;
  double hook_duplicate = 0;
  double hook_slow = 0;  // up to an hour
  // News and people.
  double push_fails = 0;
  double answer_lost = 0;  // a customer's app hears nothing and asks again
};

// An even mixture over seeds of calm, one kind, a few kinds and everything.
Swarm draw_swarm(Engine& engine);
// "lose 0.05 crashes 3"; "calm" where nothing is wrong.
std::string to_text(const Swarm& swarm);

}  // namespace trayline::simulate
