#include "standalone/chaos/crew.hpp"

#include <signal.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "lib/http/client.hpp"
#include "standalone/up/on_loop.hpp"

namespace trayline::chaos {
namespace {

constexpr Millis kStartWithin{20'000};
constexpr Millis kStartAgain{50};
constexpr std::chrono::milliseconds kHealthWithin{1'000};
constexpr std::string_view kUnasked = "starting it again";  // the keeper's words

// The children of a process, from /proc.
std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> out;
  std::ifstream list("/proc/" + std::to_string(parent) + "/task/" + std::to_string(parent) +
                     "/children");
  for (pid_t child; list >> child;) out.push_back(child);
  return out;
}

}  // namespace

Crew::Crew(Loop& loop, const Clock& clock, const Stage& stage, Say say)
    : loop_(loop),
      clock_(clock),
      stage_(stage),
      say_(std::move(say)),
      keeper_(loop, clock,
              {[this](const std::string& text) {
                 if (text.find(kUnasked) == std::string::npos) return;
                 ++crashes_;
                 say_(text);
               },
               [this](const Error& error) {
                 ++crashes_;
                 say_(error.detail);
               }}) {}

Result<void> Crew::start_all() {
  for (up::Program program : stage_.programs) {
    if (stage_.is_cloud(program.child.name)) {
      program.line = [this](const std::string& line) {
        constexpr std::string_view kStart = "code for ";
        const std::size_t colon = line.rfind(": ");
        if (!line.starts_with(kStart) || colon == std::string::npos) return;
        codes_[line.substr(kStart.size(), colon - kStart.size())] = line.substr(colon + 2);
      };
    }
    const auto started = up::done_on_loop(
        loop_, [&](const up::Keeper::Done& done) { keeper_.start(std::move(program), done); });
    if (!started) return started;
  }
  return {};
}

std::vector<std::string> Crew::names() const {
  std::vector<std::string> out;
  for (const up::Program& program : stage_.programs) out.push_back(program.child.name);
  for (const Core& core : stage_.cores) {
    out.push_back("camera-" + core.name);
    out.push_back("screen-" + core.name);
  }
  return out;
}

bool Crew::is_function(const std::string& name) const {
  return name.starts_with("camera-") || name.starts_with("screen-");
}

Result<Json> Crew::health(const Core& core) {
  http::ClientRequest request;
  request.url = "http://127.0.0.1:" + std::to_string(core.health) + "/";
  request.timeout = kHealthWithin;
  const Result<http::Response> page = http::fetch(request);
  if (!page) return fail(page.error());
  return parse_json(page->body);
}

// The process itself last, so that it starts no new ones.
Result<std::vector<pid_t>> Crew::pids(const std::string& name) {
  if (!is_function(name)) {
    const pid_t pid = up::on_loop(loop_, [&] { return keeper_.pid(name); });
    if (pid <= 0) return fail(Code::not_found, name + " does not run");
    std::vector<pid_t> out;
    if (name == "postgres") out = children_of(pid);
    out.insert(out.begin(), pid);
    return out;
  }
  const std::size_t dash = name.find('-');
  for (const Core& core : stage_.cores) {
    if (core.name != name.substr(dash + 1)) continue;
    const Result<Json> page = health(core);
    if (!page) return fail(page.error());
    const Json* pid = page->at("functions", name.substr(0, dash), "pid");
    if (pid == nullptr || pid->as_int() == nullptr || *pid->as_int() <= 0) break;
    return std::vector<pid_t>{static_cast<pid_t>(*pid->as_int())};
  }
  return fail(Code::not_found, name + " does not run");
}

Result<void> Crew::kill(const std::string& name) {
  const Result<std::vector<pid_t>> all = pids(name);
  if (!all) return fail(all.error());
  if (is_function(name)) {
    ::kill(all->front(), SIGKILL);
    return {};
  }
  // Of a database the first one is the postmaster: no new children, then none at all.
  for (const pid_t pid : *all) {
    if (pid != all->front()) ::kill(pid, SIGKILL);
  }
  return up::done_on_loop(loop_, [&](const up::Keeper::Done& done) { keeper_.kill(name, done); });
}

Result<void> Crew::start_again(const std::string& name) {
  if (is_function(name)) return {};
  const Millis deadline = clock_.monotonic() + kStartWithin;
  for (;;) {
    const Result<void> started = up::done_on_loop(
        loop_, [&](const up::Keeper::Done& done) { keeper_.start_again(name, done); });
    if (started || clock_.monotonic() > deadline) return started;
    std::this_thread::sleep_for(kStartAgain);
  }
}

Result<std::vector<pid_t>> Crew::stop(const std::string& name) {
  Result<std::vector<pid_t>> all = pids(name);
  if (!all) return all;
  for (const pid_t pid : *all) ::kill(pid, SIGSTOP);
  return all;
}

void Crew::go_on(const std::vector<pid_t>& stopped) {
  for (const pid_t pid : stopped) ::kill(pid, SIGCONT);
}

std::optional<std::string> Crew::code_for(const std::string& user) {
  return up::on_loop(loop_, [&]() -> std::optional<std::string> {
    const auto found = codes_.extract(user);
    if (found.empty()) return std::nullopt;
    return found.mapped();
  });
}

}  // namespace trayline::chaos
