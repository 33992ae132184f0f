#include "standalone/up/keeper.hpp"

#include <signal.h>

#include <cstdio>

namespace trayline::up {
namespace {

constexpr Millis kRestartAfter{500};

std::string seconds(Millis time) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f s", static_cast<double>(time.count()) / 1000);
  return text;
}

std::string told(const Child& child) {
  std::string text;
  for (const std::string& line : child.tail()) text += "\n    " + line;
  return text;
}

}  // namespace

Keeper::Keeper(Loop& loop, const Clock& clock, Says says, Millis stop_within)
    : loop_(loop), clock_(clock), says_(std::move(says)), stop_within_(stop_within) {}

Keeper::~Keeper() {
  while (!kept_.empty()) kept_.pop_back();
}

Keeper::Kept* Keeper::find(const std::string& name) const {
  for (const auto& kept : kept_) {
    if (kept->program.child.name == name) return kept.get();
  }
  return nullptr;
}

void Keeper::start(Program program, Done done) {
  auto kept = std::make_unique<Kept>();
  kept->program = std::move(program);
  kept->ready = std::move(done);
  kept_.push_back(std::move(kept));
  launch(*kept_.back());
}

void Keeper::start_again(const std::string& name, Done done) {
  Kept* kept = find(name);
  if (kept == nullptr || kept->child) return done(fail(Code::conflict, name + " runs already"));
  kept->ready = std::move(done);
  launch(*kept);
}

void Keeper::launch(Kept& kept) {
  if (stopping_) {
    if (const Done done = std::exchange(kept.ready, {})) done(fail(Code::unavailable, "stopping"));
    return;
  }
  kept.started = clock_.monotonic();
  auto child = Child::start(loop_, kept.program.child,
                            {[this, &kept](const std::string& line) { heard(kept, line); },
                             [this, &kept](const std::string& how) { ended(kept, how); }});
  if (!child) {
    if (const Done done = std::exchange(kept.ready, {})) done(fail(child.error()));
    return;
  }
  kept.child = std::move(*child);
  kept.deadline = loop_.after(kReadyWithin, [&kept] {
    if (const Done done = std::exchange(kept.ready, {})) {
      done(fail(Code::unavailable, kept.program.child.name + " is not ready after " +
                                       seconds(kReadyWithin) + "; it said:" + told(*kept.child)));
    }
  });
}

void Keeper::heard(Kept& kept, const std::string& line) {
  if (kept.program.line) kept.program.line(line);
  if (!kept.ready || !kept.program.ready(line)) return;
  kept.deadline = {};
  says_.progress(kept.program.child.name + " ready (" + seconds(clock_.monotonic() - kept.started) +
                 ")");
  std::exchange(kept.ready, {})({});
}

void Keeper::ended(Kept& kept, const std::string& how) {
  const std::string name = kept.program.child.name;
  const std::string why = name + " ended (" + how + "); it said:" + told(*kept.child) + "\n    (" +
                          kept.program.child.log + ")";
  kept.child.reset();
  kept.deadline = {};
  if (const Done gone = std::exchange(kept.gone, {})) {
    if (const Done ready = std::exchange(kept.ready, {})) ready(fail(Code::unavailable, why));
    return gone({});
  }
  if (const Done ready = std::exchange(kept.ready, {})) return ready(fail(Code::unavailable, why));
  if (stopping_) return;
  if (!kept.program.restart || ++kept.restarts > kRestartsMax) {
    return says_.broken({Code::unavailable, why});
  }
  says_.progress(why + "\n  starting it again");
  kept.again = loop_.after(kRestartAfter, [this, &kept] {
    kept.ready = [this](const Result<void>& done) {
      if (!done) says_.broken(done.error());
    };
    launch(kept);
  });
}

void Keeper::end(Kept& kept, int signal, Done done) {
  kept.again = {};
  if (!kept.child) return done({});
  kept.gone = std::move(done);
  kept.child->signal(signal);
  if (signal == SIGKILL) return;
  kept.deadline = loop_.after(stop_within_, [this, &kept] {
    says_.progress(kept.program.child.name + " does not end; killing it");
    kept.child->signal(SIGKILL);
  });
}

void Keeper::stop(const std::string& name, Done done) {
  Kept* kept = find(name);
  if (kept == nullptr) return done(fail(Code::not_found, "there is no program " + name));
  end(*kept, SIGTERM, std::move(done));
}

void Keeper::kill(const std::string& name, Done done) {
  Kept* kept = find(name);
  if (kept == nullptr) return done(fail(Code::not_found, "there is no program " + name));
  end(*kept, SIGKILL, std::move(done));
}

void Keeper::stop_all(std::function<void()> done) {
  stopping_ = true;
  all_gone_ = std::move(done);
  stop_next();
}

void Keeper::stop_next() {
  for (auto it = kept_.rbegin(); it != kept_.rend(); ++it) {
    if (!(*it)->child) continue;
    return end(**it, SIGTERM, [this](const Result<void>&) { stop_next(); });
  }
  if (const auto done = std::exchange(all_gone_, {})) done();
}

void Keeper::give_up() {
  stopping_ = true;
  for (const auto& kept : kept_) {
    if (const Done done = std::exchange(kept->ready, {})) done(fail(Code::unavailable, "stopped"));
  }
}

Result<void> Keeper::write(const std::string& name, const std::string& line) {
  const Kept* kept = find(name);
  if (kept == nullptr || !kept->child) return fail(Code::unavailable, name + " does not run");
  return kept->child->write(line);
}

pid_t Keeper::pid(const std::string& name) const {
  const Kept* kept = find(name);
  return kept == nullptr || !kept->child ? -1 : kept->child->pid();
}

}  // namespace trayline::up
