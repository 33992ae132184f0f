#include "edge/sdk/edge.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <deque>
#include <map>
#include <utility>

#include "edge/sdk/connection.hpp"
#include "edge/sdk/topic.hpp"
#include "lib/base/check.hpp"
#include "lib/base/clock.hpp"
#include "lib/base/log.hpp"
#include "lib/base/random.hpp"

namespace trayline::edge {
namespace {

constexpr Millis kReadyWait{10'000};
constexpr Millis kPublishWait{30'000};
constexpr Millis kProgressEvery{1000};
constexpr std::size_t kUnansweredMax = 1024;

std::string_view name_of(Class cls) {
  switch (cls) {
    case Class::critical:
      return "critical";
    case Class::latest:
      return "latest";
    case Class::normal:
      break;
  }
  return "normal";
}

Error error_of(const Json& line) {
  const std::string code = line.text_at("code");
  const std::string why = line.text_at("why");
  if (code == "full") return {Code::exhausted, why};
  if (code == "denied") return {Code::permission_denied, why};
  if (code == "conflict") return {Code::conflict, why};
  return {Code::invalid_argument, code + ": " + why};
}

int moved(int from, int replacement) {
  const int to = ::fcntl(from, F_DUPFD_CLOEXEC, 3);
  check(to >= 0, "the hub's descriptor cannot be duplicated");
  if (replacement >= 0) ::dup2(replacement, from);
  return to;
}

}  // namespace

struct Function::State {
  struct Subscription {
    std::string filter;
    std::function<Outcome(const Message&)> handler;
  };
  struct Timed {
    Millis period;
    Millis due;
    std::function<void()> task;
  };

  State(int in, int out) : hub(in, out) {}

  Connection hub;
  SystemClock clock;
  SystemRandom random;
  bool welcomed = false;
  bool stopping = false;
  std::string core, env, config = "{}", handover, work;
  std::deque<Subscription> subscriptions;
  std::deque<Timed> timers;
  std::map<int, std::function<void()>> watches;
  std::vector<std::function<void()>> stop_tasks;
  std::map<std::int64_t, Answered> unanswered;
  std::deque<Json> messages;  // msg lines that came while publish() waited
  std::int64_t next_id = 1;
  std::int64_t progress = 0;
  Millis progress_due{0};
  int signals = -1;

  void take_lines() {
    hub.read();
    while (std::optional<Json> line = hub.take()) take(*line);
  }

  void take(const Json& line) {
    const std::string verb = line.text_at("verb");
    if (verb == "msg") {
      messages.push_back(line);
    } else if (verb == "ok" || verb == "err") {
      const auto waiting = unanswered.find(line.int_at("id", -1));
      if (waiting == unanswered.end()) {
        if (verb == "err") log(Level::warning, "the hub refused", {{"why", line.text_at("why")}});
        return;
      }
      const Answered done = std::move(waiting->second);
      unanswered.erase(waiting);
      if (!done) return;
      done(verb == "ok" ? Result<std::int64_t>(line.int_at("seq")) : fail(error_of(line)));
    } else if (verb == "welcome") {
      welcomed = true;
      core = line.text_at("core");
      env = line.text_at("env");
      handover = line.text_at("handover");
      work = line.text_at("work");
      if (const Json* body = line.at("config")) config = body->dump();
    } else if (verb == "stop") {
      stopping = true;
    }
  }

  void handle(const Json& line) {
    Message message{line.text_at("topic"), Json(), line.int_at("attempt", 1),
                    Millis(line.int_at("age_ms"))};
    if (const Json* body = line.at("body")) message.body = *body;
    Outcome outcome = Drop{};
    for (std::size_t i = 0; i < subscriptions.size(); ++i) {
      if (fits(subscriptions[i].filter, message.topic)) {
        outcome = subscriptions[i].handler(message);
        if (std::holds_alternative<Retry>(outcome)) break;
      }
    }
    const std::int64_t id = line.int_at("msg");
    if (const Retry* retry = std::get_if<Retry>(&outcome)) {
      hub.write(Json::object(
          {{"verb", "nack"}, {"msg", id}, {"retry_ms", std::int64_t{retry->after.count()}}}));
    } else {
      hub.write(Json::object(
          {{"verb", "ack"}, {"msg", id}, {"dropped", std::holds_alternative<Drop>(outcome)}}));
    }
  }

  void handle_messages() {
    while (!messages.empty() && !stopping) {
      const Json line = std::move(messages.front());
      messages.pop_front();
      handle(line);
    }
  }

  void run_timers() {
    for (std::size_t i = 0; i < timers.size() && !stopping; ++i) {
      if (timers[i].due > clock.monotonic()) continue;
      timers[i].task();
      timers[i].due = std::max(timers[i].due + timers[i].period, clock.monotonic());
    }
  }

  Millis until_timer(Millis wait) const {
    for (const Timed& timer : timers) wait = std::min(wait, timer.due - clock.monotonic());
    return std::max(wait, Millis(0));
  }

  // Waits for the hub alone; false at the deadline or when the hub is gone.
  bool wait_for_hub(Millis deadline) {
    if (hub.closed()) return false;
    const Millis left = deadline - clock.monotonic();
    if (left <= Millis(0)) return false;
    pollfd ready{hub.in(), POLLIN, 0};
    ::poll(&ready, 1, static_cast<int>(left.count()));
    take_lines();
    return true;
  }

  std::int64_t send_publish(std::string_view topic, const Json& body,
                            const PublishOptions& options) {
    const std::int64_t id = next_id++;
    Json::Object line;
    line.set("verb", "pub").set("id", id).set("topic", topic);
    line.set("to", options.to == To::cloud ? "cloud" : "local");
    if (options.to == To::cloud) {
      line.set("class", name_of(options.cls));
      line.set("key", options.key.empty() ? uuid7(clock.now(), random) : options.key);
    }
    line.set("body", body);
    hub.write(Json(std::move(line)));
    return id;
  }

  // Waits until something is to be done, then does it.
  void step(Millis wait) {
    std::vector<pollfd> ready{{hub.in(), POLLIN, 0}};
    if (signals >= 0) ready.push_back({signals, POLLIN, 0});
    for (const auto& [fd, task] : watches) ready.push_back({fd, POLLIN, 0});
    const Millis bound = messages.empty() ? until_timer(wait) : Millis(0);
    ::poll(ready.data(), ready.size(), static_cast<int>(bound.count()));
    take_lines();
    handle_messages();
    for (const pollfd& fd : ready) {
      if (fd.revents == 0 || fd.fd == hub.in()) continue;
      if (fd.fd == signals) {
        stopping = true;
      } else if (const auto found = watches.find(fd.fd); found != watches.end()) {
        const std::function<void()> task = found->second;
        task();
      }
    }
    run_timers();
  }
};

Function::Function() {
  const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int in = moved(STDIN_FILENO, null);
  const int out = moved(STDOUT_FILENO, STDERR_FILENO);
  if (null >= 0) ::close(null);
  state_ = std::make_unique<State>(in, out);
}

Function::Function(int in, int out) : state_(std::make_unique<State>(in, out)) {}

Function::~Function() {
  if (state_->signals >= 0) ::close(state_->signals);
}

Result<void> Function::ready() {
  const Millis deadline = state_->clock.monotonic() + kReadyWait;
  while (!state_->welcomed) {
    if (!state_->wait_for_hub(deadline)) {
      return fail(Code::unavailable,
                  "no hub on standard input: edge functions are started by trayline-edge");
    }
  }
  return {};
}

const std::string& Function::core() const { return state_->core; }
const std::string& Function::env() const { return state_->env; }
const std::string& Function::config_text() const { return state_->config; }
const std::string& Function::handover() const { return state_->handover; }
const std::string& Function::work() const { return state_->work; }

void Function::subscribe(std::string filter, std::function<Outcome(const Message&)> handler) {
  state_->hub.write(Json::object({{"verb", "sub"}, {"id", state_->next_id++}, {"topic", filter}}));
  state_->subscriptions.push_back({std::move(filter), std::move(handler)});
}

void Function::every(std::chrono::milliseconds period, std::function<void()> task) {
  check(period > Millis(0), "a period above zero");
  state_->timers.push_back({period, state_->clock.monotonic() + period, std::move(task)});
}

void Function::watch(int fd, std::function<void()> task) { state_->watches[fd] = std::move(task); }
void Function::unwatch(int fd) { state_->watches.erase(fd); }
void Function::on_stop(std::function<void()> task) {
  state_->stop_tasks.push_back(std::move(task));
}

Result<std::int64_t> Function::publish(std::string_view topic, const Json& body,
                                       const PublishOptions& options) {
  Result<std::int64_t> answer = fail(Code::unknown_outcome, "the hub gave no answer");
  const std::int64_t id = state_->send_publish(topic, body, options);
  state_->unanswered[id] = [&](Result<std::int64_t> given) { answer = std::move(given); };
  const Millis deadline = state_->clock.monotonic() + kPublishWait;
  while (state_->unanswered.contains(id) && state_->wait_for_hub(deadline)) {
  }
  state_->unanswered.erase(id);
  return answer;
}

Result<void> Function::publish_async(std::string_view topic, const Json& body,
                                     const PublishOptions& options, Answered done) {
  if (state_->unanswered.size() >= kUnansweredMax) {
    return fail(Code::exhausted, "1,024 publications wait for the hub");
  }
  state_->unanswered[state_->send_publish(topic, body, options)] = std::move(done);
  return {};
}

void Function::health(std::string_view state, std::string_view detail) {
  state_->hub.write(Json::object(
      {{"verb", "health"}, {"state", state}, {"detail", detail}, {"progress", state_->progress}}));
}

void Function::progress() {
  ++state_->progress;
  const Millis now = state_->clock.monotonic();
  if (now < state_->progress_due) return;
  state_->progress_due = now + kProgressEvery;
  state_->hub.write(Json::object({{"verb", "health"}, {"progress", state_->progress}}));
}

int Function::run() {
  sigset_t stop;
  ::sigemptyset(&stop);
  ::sigaddset(&stop, SIGTERM);
  ::sigaddset(&stop, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  state_->signals = ::signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK);
  while (step(Millis(3'600'000))) {
  }
  for (const auto& task : state_->stop_tasks) task();
  return state_->stopping ? 0 : 1;
}

bool Function::step(std::chrono::milliseconds wait) {
  state_->step(wait);
  return !state_->stopping && !state_->hub.closed();
}

int Function::fd() const { return state_->hub.in(); }
bool Function::stopped() const { return state_->stopping; }

}  // namespace trayline::edge
