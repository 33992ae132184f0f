#include "lib/postgres/test_proxy.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

#include "lib/base/file.hpp"
#include "lib/postgres/server.hpp"

namespace trayline::postgres {
namespace {

constexpr std::size_t kPieceBytes = 16'384;
constexpr std::size_t kHeardMost = 1 << 20;  // bytes of clients that are looked at for words
constexpr int kBacklog = 16;

struct Socket {
  explicit Socket(int made) : fd(made) {}
  ~Socket() { ::close(fd); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  const int fd;
};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = ::htons(port);
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  return address;
}

int tcp() { return ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); }

// One client and its connection to the server.
struct Link {
  explicit Link(int accepted) : client(accepted), server(tcp()) {}
  Socket client;
  Socket server;
  bool stalled = false;
};

}  // namespace

struct Proxy::State {
  explicit State(std::uint16_t to) : server_port(to) {}
  Result<void> listen();
  void work();
  void accept();
  // False: the link is over.
  bool serve(Link& link, short client_events, short server_events);
  bool from_client(Link& link);
  bool from_server(Link& link);
  std::size_t may_pass(std::size_t bytes);

  const std::uint16_t server_port;
  Socket listener{tcp()};
  Socket bell{::eventfd(0, EFD_CLOEXEC)};  // rings at the end
  std::uint16_t port = 0;
  std::list<Link> links;
  std::thread thread;

  mutable std::mutex mutex;
  Fault fault;
  bool armed = false;
  bool struck = false;
  std::size_t passed = 0;
  std::string heard;
};

Result<void> Proxy::State::listen() {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* const where = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener.fd, where, size) != 0 || ::listen(listener.fd, kBacklog) != 0 ||
      ::getsockname(listener.fd, where, &size) != 0)
    return fail(Code::unavailable, "a proxy cannot listen on 127.0.0.1");
  port = ::ntohs(address.sin_port);
  return {};
}

void Proxy::State::work() {
  sigset_t closed{};  // a write to who has gone is an error here, and no signal
  ::sigaddset(&closed, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &closed, nullptr);
  for (;;) {
    std::vector<pollfd> sockets{{bell.fd, POLLIN, 0}, {listener.fd, POLLIN, 0}};
    for (const Link& link : links) {
      const short wanted = link.stalled ? POLLRDHUP : POLLIN;
      sockets.push_back({link.client.fd, wanted, 0});
      sockets.push_back({link.server.fd, static_cast<short>(link.stalled ? 0 : POLLIN), 0});
    }
    ::poll(sockets.data(), sockets.size(), -1);
    if (sockets[0].revents != 0) return;
    auto at = sockets.begin() + 2;
    for (auto link = links.begin(); link != links.end(); at += 2)
      link = serve(*link, at[0].revents, at[1].revents) ? std::next(link) : links.erase(link);
    if (sockets[1].revents != 0) accept();
  }
}

void Proxy::State::accept() {
  Link& link = links.emplace_back(::accept4(listener.fd, nullptr, nullptr, SOCK_CLOEXEC));
  const sockaddr_in address = loopback(server_port);
  if (::connect(link.server.fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    links.pop_back();
}

bool Proxy::State::serve(Link& link, short client_events, short server_events) {
  if (link.stalled) return client_events == 0;
  if (client_events != 0 && !from_client(link)) return false;
  return server_events == 0 || from_server(link);
}

bool Proxy::State::from_client(Link& link) {
  char piece[kPieceBytes];
  const ssize_t n = ::read(link.client.fd, piece, sizeof piece);
  if (n <= 0) return false;
  const std::string_view bytes(piece, static_cast<std::size_t>(n));
  {
    const std::lock_guard lock(mutex);
    heard += bytes.substr(0, kHeardMost - std::min(heard.size(), kHeardMost));
  }
  return write_all(link.server.fd, bytes);
}

// What passes was counted before the client sees it.
bool Proxy::State::from_server(Link& link) {
  char piece[kPieceBytes];
  const ssize_t n = ::read(link.server.fd, piece, sizeof piece);
  if (n <= 0) return false;
  const std::string_view bytes(piece, static_cast<std::size_t>(n));
  const std::size_t pass = may_pass(bytes.size());
  if (!write_all(link.client.fd, bytes.substr(0, pass))) return false;
  if (pass == bytes.size()) return true;
  const std::lock_guard lock(mutex);
  link.stalled = fault.stalls;
  return fault.stalls;
}

std::size_t Proxy::State::may_pass(std::size_t bytes) {
  const std::lock_guard lock(mutex);
  if (!armed || heard.find(fault.behind) == std::string::npos) return bytes;
  const std::size_t pass = std::min(bytes, fault.after - passed);
  passed += pass;
  if (pass < bytes) {
    armed = false;
    struck = true;
  }
  return pass;
}

Proxy::Proxy(std::unique_ptr<State> state) : state_(std::move(state)) {}

Proxy::~Proxy() {
  const std::uint64_t one = 1;
  (void)!::write(state_->bell.fd, &one, sizeof one);
  if (state_->thread.joinable()) state_->thread.join();
}

Result<std::unique_ptr<Proxy>> Proxy::start(std::uint16_t server_port) {
  std::unique_ptr<Proxy> proxy(new Proxy(std::make_unique<State>(server_port)));
  State& state = *proxy->state_;
  if (auto listens = state.listen(); !listens) return fail(listens.error());
  state.thread = std::thread([&state] { state.work(); });
  return proxy;
}

std::string Proxy::url(const std::string& database) const {
  return fmt::format("postgresql://{}@127.0.0.1:{}/{}", kUser, state_->port, database);
}

void Proxy::arm(Fault fault) {
  const std::lock_guard lock(state_->mutex);
  state_->fault = std::move(fault);
  state_->armed = true;
  state_->struck = false;
  state_->passed = 0;
  state_->heard.clear();
}

bool Proxy::struck() const {
  const std::lock_guard lock(state_->mutex);
  return state_->struck;
}

bool Proxy::heard(const std::string& words) const {
  const std::lock_guard lock(state_->mutex);
  return state_->heard.find(words) != std::string::npos;
}

}  // namespace trayline::postgres
