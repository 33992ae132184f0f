#include "edge/agent/hub.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "lib/base/digest.hpp"
#include "lib/base/log.hpp"
#include "lib/bus/bus.hpp"

namespace trayline::agent {
namespace {

constexpr std::size_t kReadBytes = 65536;
constexpr std::size_t kMetricsMax = 64;

// Only the newest of such a topic is worth delivering.
bool is_state(const std::string& topic) {
  return topic.starts_with("down/") || topic.starts_with("agent/");
}

}  // namespace

struct Hub::Inbound {
  std::int64_t msg = 0;
  std::string topic;
  std::string body;
  std::int64_t attempt = 0;
  Millis since{0};
  Millis not_before{0};
  bool sent = false;
};

struct Hub::Session {
  std::uint64_t id = 0;
  std::string function;
  int fd = -1;
  Loop::Watch watch;
  Loop::Timer retry;
  LineBuffer lines;
  std::string out;
  std::vector<std::string> filters;
  std::deque<Inbound> inbox;
  bool broken = false;
  ~Session() {
    watch = Loop::Watch();
    if (fd >= 0) ::close(fd);
  }
};

Hub::Hub(Loop& loop, const Clock& clock, Random& random, Put put)
    : loop_(loop), clock_(clock), random_(random), put_(std::move(put)) {}
Hub::~Hub() = default;

void Hub::attach(const std::string& function, int fd, const Json& welcome) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  auto session = std::make_unique<Session>();
  session->id = next_session_++;
  session->function = function;
  session->fd = fd;
  session->watch = loop_.watch(fd, true, false, [this, function](bool readable, bool writable) {
    ready(function, readable, writable);
  });
  Session& here = *session;
  sessions_[function] = std::move(session);
  reports_[function].state = "starting";
  reports_[function].detail.clear();
  write(here, welcome_line(welcome));
}

void Hub::detach(const std::string& function) { sessions_.erase(function); }

void Hub::tell_stop(const std::string& function, Millis deadline) {
  const auto found = sessions_.find(function);
  if (found != sessions_.end()) write(*found->second, stop_line(deadline.count()));
}

void Hub::deliver(const std::string& topic, const std::string& body) {
  for (auto& [function, session] : sessions_) {
    if (topic.starts_with("down/") && !topic.starts_with("down/" + function + "/")) continue;
    const bool wanted =
        std::any_of(session->filters.begin(), session->filters.end(),
                    [&](const std::string& filter) { return bus::matches(filter, topic); });
    if (wanted) enqueue(*session, topic, body);
  }
}

void Hub::deliver_kept(const std::string& topic, const std::string& body) {
  kept_[topic] = body;
  deliver(topic, body);
}

const FunctionReport& Hub::report(const std::string& function) { return reports_[function]; }

void Hub::ready(const std::string& function, bool readable, bool writable) {
  const auto found = sessions_.find(function);
  if (found == sessions_.end()) return;
  Session& session = *found->second;
  if (writable) flush(session);
  if (readable && !session.broken) read(session);
}

void Hub::read(Session& session) {
  std::string chunk(kReadBytes, '\0');
  const ssize_t n = ::read(session.fd, chunk.data(), chunk.size());
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) {
    // The process has closed its end; the starter sees it end and starts it again.
    session.broken = true;
    session.watch.want(false, false);
    return;
  }
  chunk.resize(static_cast<std::size_t>(n));
  for (const LineBuffer::Item& item : session.lines.feed(chunk)) {
    if (const std::string* line = std::get_if<std::string>(&item)) {
      handle(session, *line);
    } else {
      refuse(session, {-1, "too_big", "a line beyond 256 KiB"});
    }
  }
  flush(session);
}

void Hub::handle(Session& session, std::string_view text) {
  if (text.empty()) return;
  std::visit([&](const auto& line) { on(session, line); }, parse_line(text));
}

void Hub::on(Session& session, const BadLine& line) { refuse(session, line); }

void Hub::refuse(Session& session, const BadLine& bad) {
  reports_[session.function].denied += 1;
  write(session, err_line(bad));
}

void Hub::on(Session& session, const Hello& line) { write(session, ok_line(line.id, 0)); }

void Hub::on(Session& session, const Subscribe& line) {
  if (line.filter.starts_with("down/") &&
      !line.filter.starts_with("down/" + session.function + "/")) {
    return refuse(session, {line.id, "denied", "what the cloud sends to another function"});
  }
  if (session.filters.size() >= kSubscriptionsMax) {
    return refuse(session, {line.id, "full", "64 subscriptions are made"});
  }
  session.filters.push_back(line.filter);
  write(session, ok_line(line.id, 0));
  for (const auto& [topic, body] : kept_) {
    if (bus::matches(line.filter, topic)) enqueue(session, topic, body);
  }
}

void Hub::on(Session& session, const Publish& line) {
  if (!line.to_cloud) {
    deliver(session.function + "/" + line.topic, line.payload);
    return write(session, ok_line(line.id, 0));
  }
  Row row{0,
          line.key.empty() ? uuid7(clock_.now(), random_) : line.key,
          session.function,
          line.topic,
          line.cls,
          line.payload,
          sha256_hex(line.payload)};
  // The function may have ended, or been started again, when the disk answers.
  put_(std::move(row), [this, function = session.function, id = line.id, of = session.id](
                           PutResult result, std::int64_t seq) {
    const auto found = sessions_.find(function);
    if (found == sessions_.end() || found->second->id != of) return;
    Session& here = *found->second;
    switch (result) {
      case PutResult::stored:
      case PutResult::repeated:
        write(here, ok_line(id, seq));
        break;
      case PutResult::conflict:
        refuse(here, {id, "conflict", "this key came with another body"});
        break;
      case PutResult::full:
        refuse(here, {id, "full", "the outbox takes no more; call staff"});
        break;
    }
  });
}

void Hub::on(Session& session, const Handled& line) {
  const auto found = std::find_if(session.inbox.begin(), session.inbox.end(),
                                  [&](const Inbound& in) { return in.msg == line.msg && in.sent; });
  if (found == session.inbox.end()) return;
  session.inbox.erase(found);
  reports_[session.function].dropped += line.dropped ? 1 : 0;
  pump(session);
}

void Hub::on(Session& session, const NotHandled& line) {
  for (Inbound& in : session.inbox) {
    if (in.msg != line.msg || !in.sent) continue;
    in.sent = false;
    in.not_before = clock_.monotonic() + Millis(std::min<std::int64_t>(line.retry_ms, 3'600'000));
  }
  pump(session);
}

void Hub::on(Session& session, const Health& line) {
  FunctionReport& report = reports_[session.function];
  report.progress = line.progress;
  if (!line.state) return;
  report.state = *line.state;
  report.detail = line.detail;
}

void Hub::on(Session& session, const Metric& line) {
  std::map<std::string, double>& metrics = reports_[session.function].metrics;
  if (metrics.contains(line.name) || metrics.size() < kMetricsMax) metrics[line.name] = line.value;
}

void Hub::on(Session& session, const ConfigAnswer& line) {
  if (line.why.empty()) return;
  FunctionReport& report = reports_[session.function];
  report.state = "configuration refused";
  report.detail = line.why;
  log(Level::error, "a function refuses its configuration",
      {{"function", session.function}, {"why", line.why}});
}

void Hub::enqueue(Session& session, const std::string& topic, const std::string& body) {
  if (is_state(topic)) {
    for (Inbound& in : session.inbox) {
      if (in.topic != topic || in.sent) continue;
      in.body = body;
      in.since = clock_.monotonic();
      return pump(session);
    }
  }
  if (session.inbox.size() >= kInboxMax) {
    reports_[session.function].dropped += 1;
    return;
  }
  session.inbox.push_back({next_msg_++, topic, body, 0, clock_.monotonic(), Millis(0), false});
  pump(session);
}

void Hub::pump(Session& session) {
  const Millis now = clock_.monotonic();
  std::size_t unhandled = 0;
  std::optional<Millis> next;
  for (Inbound& in : session.inbox) {
    if (in.sent) {
      if (++unhandled >= kUnhandledMax) break;
      continue;
    }
    if (in.not_before > now) {
      if (!next || in.not_before < *next) next = in.not_before;
      continue;
    }
    in.sent = true;
    in.attempt += 1;
    write(session, msg_line({in.msg, in.topic, in.body, in.attempt, (now - in.since).count()}));
    if (++unhandled >= kUnhandledMax) break;
  }
  session.retry = Loop::Timer();
  if (!next) return;
  session.retry = loop_.after(*next - now + Millis(1), [this, function = session.function] {
    const auto found = sessions_.find(function);
    if (found != sessions_.end()) pump(*found->second);
  });
}

void Hub::write(Session& session, const std::string& text) {
  session.out += text;
  flush(session);
}

void Hub::flush(Session& session) {
  std::size_t sent = 0;
  while (sent < session.out.size() && !session.broken) {
    const ssize_t n = ::send(session.fd, session.out.data() + sent, session.out.size() - sent,
                             MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) {
      sent += static_cast<std::size_t>(n);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      break;
    } else if (errno != EINTR) {
      session.broken = true;
    }
  }
  session.out.erase(0, sent);
  if (session.broken) session.out.clear();
  // A function that does not read is not read either: it is held back by its own socket.
  session.watch.want(!session.broken && session.out.size() < kOutBytesMax, !session.out.empty());
}

}  // namespace trayline::agent
