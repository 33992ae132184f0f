#include "standalone/chaos/campaign.hpp"

#include <algorithm>
#include <filesystem>
#include <thread>

#include "standalone/chaos/database.hpp"
#include "standalone/up/customer.hpp"
#include "standalone/up/on_loop.hpp"

namespace trayline::chaos {
namespace {

constexpr int kPhones = 4;
constexpr int kSettleEvery = 50;  // blows
constexpr Millis kSettlesWithin{120'000};
constexpr Millis kRecoversWithin{60'000};
constexpr Millis kMomentWithin{1'000};
constexpr Millis kBreath{300};  // at most, after a blow that is not recovered from
constexpr Millis kLook{100};
constexpr Millis kSignUpWithin{20'000};

void wait(std::chrono::microseconds time) { std::this_thread::sleep_for(time); }

bool on_the_path(const std::string& victim) {
  return victim.starts_with("cloud") || victim == "postgres";
}

}  // namespace

Result<Report> Campaign::run() {
  const Millis start = parts_.clock.monotonic();
  if (auto done = open(); !done) return fail(done.error());
  parts_.say("ready; customers come in");
  up::on_loop(parts_.loop, [this] { parts_.market.let_in(true); });
  const std::vector<std::string> all = victims();
  while (report_.blows < parts_.options.blows && !parts_.stop) {
    Blow blow = draw_blow(parts_.random, all);
    if (parts_.options.how == How::pause) blow.pause = draw_pause(parts_.random);
    if (auto done = strike(blow); !done) {
      if (done.error().code == Code::not_found) continue;  // it is down at this moment
      ++report_.unopenable;
      parts_.say(blow.victim + ": " + done.error().detail);
      break;
    }
    ++report_.blows;
    note(blow.victim);
    if (report_.blows % kSettleEvery == 0 && report_.blows < parts_.options.blows) {
      if (auto done = settle(); !done) return fail(done.error());
      up::on_loop(parts_.loop, [this] { parts_.market.let_in(true); });
    }
  }
  if (auto done = settle(); !done) return fail(done.error());
  report_.crashes = parts_.crew.crashes();
  report_.steps_back = up::on_loop(parts_.loop, [this] { return parts_.market.steps_back(); });
  report_.seconds = static_cast<double>((parts_.clock.monotonic() - start).count()) / 1000;
  for (const auto& [victim, times] : struck_) {
    report_.struck.push_back(victim + " " + std::to_string(times));
  }
  return report_;
}

Result<void> Campaign::open() {
  const auto listens = up::on_loop(parts_.loop, [this] { return parts_.market.listen(); });
  if (!listens) return listens;
  if (auto started = parts_.crew.start_all(); !started) return started;
  SystemRandom random;
  for (int i = 0; i < kPhones; ++i) {
    up::PhoneSettings settings;
    settings.cloud_url = parts_.stage.cloud_url(0);
    settings.site = "main";
    up::Customer phone(parts_.loop, random, settings, "guest" + std::to_string(i));
    const up::Customer::Until until = [this](const auto& condition) {
      const Millis deadline = parts_.clock.monotonic() + kSignUpWithin;
      while (!condition()) {
        if (parts_.stop || parts_.clock.monotonic() > deadline) return false;
        wait(kLook);
      }
      return true;
    };
    const auto code = [this](const std::string& user) { return parts_.crew.code_for(user); };
    if (auto done = phone.sign_up(code, until); !done) return done;
    if (auto done = phone.save_card("visa", until); !done) return done;
    tokens_.push_back(phone.token());
  }
  up::on_loop(parts_.loop, [this] { parts_.market.open(tokens_); });
  return {};
}

// Of a power cut all that write to the disk, under one name.
std::vector<std::string> Campaign::victims() const {
  if (parts_.options.how == How::powercut) return {parts_.options.store};
  return parts_.crew.names();
}

Result<void> Campaign::strike(const Blow& blow) {
  if (parts_.options.how == How::powercut) wait(draw_uptime(parts_.random));
  if (blow.after) parts_.moments.wait_for(*blow.after, kMomentWithin);
  wait(blow.delay);
  const Millis began = parts_.clock.monotonic();
  const std::string committed_after = to_rfc3339(parts_.clock.now());
  Result<void> done;
  switch (parts_.options.how) {
    case How::kill:
      done = kill(blow.victim);
      break;
    case How::pause:
      done = pause(blow.victim, blow.pause);
      break;
    case How::powercut:
      done = cut();
      break;
  }
  if (done) recover(blow, began, committed_after);
  return done;
}

Result<void> Campaign::kill(const std::string& victim) {
  if (auto done = parts_.crew.kill(victim); !done) return done;
  return parts_.crew.start_again(victim);
}

Result<void> Campaign::pause(const std::string& victim, Millis time) {
  const Result<std::vector<pid_t>> stopped = parts_.crew.stop(victim);
  if (!stopped) return fail(stopped.error());
  const Millis end = parts_.clock.monotonic() + time;
  while (parts_.clock.monotonic() < end && !parts_.stop) {
    wait(std::min(kLook, std::max(Millis(0), end - parts_.clock.monotonic())));
  }
  Crew::go_on(*stopped);
  return {};
}

Result<void> Campaign::cut() {
  const std::string& store = parts_.options.store;
  std::vector<std::string> writers;
  for (const std::string& name : parts_.crew.names()) {
    if (name == store || name.starts_with(store + "-")) writers.push_back(name);
  }
  for (const std::string& name : writers) {
    if (auto done = parts_.crew.kill(name); !done) return done;
  }
  if (auto done = parts_.disk->cut(); !done) return done;
  // After a power cut no process has the number that it names.
  std::error_code ignored;
  if (store == "postgres") {
    std::filesystem::remove(postgres_data(parts_.stage) + "/postmaster.pid", ignored);
  }
  for (const std::string& name : writers) {
    if (auto done = parts_.crew.start_again(name); !done) {
      return fail(Code::unavailable, done.error().detail);
    }
  }
  return {};
}

void Campaign::recover(const Blow& blow, Millis began, const std::string& committed_after) {
  if (blow.again_at_once) return;
  if (parts_.options.how == How::pause || !on_the_path(blow.victim)) {
    const auto most = static_cast<std::uint64_t>(kBreath.count());
    return wait(Millis(static_cast<std::int64_t>(parts_.random.below(most))));
  }
  report_.ready_ms.push_back((parts_.clock.monotonic() - began).count());
  if (!parts_.moments.wait_settled(committed_after, kRecoversWithin)) {
    parts_.say(blow.victim + ": nothing was settled within " +
               std::to_string(kRecoversWithin.count() / 1000) + " s");
  }
  report_.recovery_ms.push_back((parts_.clock.monotonic() - began).count());
}

void Campaign::note(const std::string& victim) {
  ++struck_[victim];
  if (report_.blows % 10 != 0) return;
  const std::size_t visits =
      up::on_loop(parts_.loop, [this] { return parts_.market.visits().size(); });
  parts_.say(std::to_string(report_.blows) + " blows, " + std::to_string(visits) +
             " visits, last " + victim + ", recovery p50 " +
             std::to_string(percentile(report_.recovery_ms, 0.5)) + " ms, worst " +
             std::to_string(percentile(report_.recovery_ms, 1)) + " ms");
}

bool Campaign::converged(Facts& facts) {
  const bool idle = up::on_loop(parts_.loop, [this] { return parts_.market.idle(); });
  if (!idle) return false;
  for (const Core& core : parts_.stage.cores) {
    const Result<Json> page = Crew::health(core);
    const Json* waiting = page ? page->at("outbox", "critical") : nullptr;
    if (waiting == nullptr || *waiting != Json(0)) return false;
  }
  if (!archive_.collect_monitors(facts)) return false;
  facts.screens = up::on_loop(parts_.loop, [this] { return parts_.market.screens(); });
  return std::all_of(facts.screens.begin(), facts.screens.end(),
                     [&](const ScreenSeen& s) { return screen_problem(s, facts).empty(); });
}

Result<void> Campaign::settle() {
  up::on_loop(parts_.loop, [this] { parts_.market.let_in(false); });
  const Millis began = parts_.clock.monotonic();
  const Millis deadline = began + kSettlesWithin;
  Facts facts;
  while (!converged(facts) && parts_.clock.monotonic() < deadline && !parts_.stop) wait(kLook);
  up::on_loop(parts_.loop, [this] { parts_.market.give_up(); });
  facts.visits = up::on_loop(parts_.loop, [this] { return parts_.market.visits(); });
  if (auto done = archive_.collect(facts, tokens_); !done) return done;
  facts.screens = up::on_loop(parts_.loop, [this] { return parts_.market.screens(); });
  // Orders are judged from the beginning each time, screens as they are.
  Audit seen = audit(facts);
  parts_.say("settled after " + std::to_string((parts_.clock.monotonic() - began).count()) +
             " ms: " + std::to_string(seen.orders) + " orders, " + std::to_string(seen.acked) +
             " acked, " + (seen.ok() ? "all well" : "NOT well"));
  for (const std::string& why : seen.why) parts_.say("  " + why);
  seen.screens_wrong += report_.audit.screens_wrong;
  report_.audit = std::move(seen);
  return {};
}

}  // namespace trayline::chaos
