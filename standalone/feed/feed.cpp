#include "standalone/feed/feed.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

namespace trayline::feed {
namespace {

constexpr std::chrono::milliseconds kConnectAgain{50};
constexpr std::size_t kLineBytesMax = 256 * 1024;

class Feed {
 public:
  Feed(edge::Function& hub, std::string path) : hub_(hub), path_(std::move(path)) {
    hub_.every(kConnectAgain, [this] {
      if (fd_ < 0) connect();
    });
  }
  ~Feed() { leave(); }
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

 private:
  void connect() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path_.size() >= sizeof(address.sun_path)) return;
    std::memcpy(address.sun_path, path_.c_str(), path_.size());
    fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd_ < 0) return;
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
      return leave();
    }
    hub_.watch(fd_, [this] { read(); });
    watched_ = true;
  }

  void leave() {
    if (watched_) hub_.unwatch(fd_);
    watched_ = false;
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
    rest_.clear();
    ++connection_;
  }

  void read() {
    char chunk[16 * 1024];
    const ssize_t n = ::recv(fd_, chunk, sizeof(chunk), MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0 || rest_.size() > kLineBytesMax) return leave();
    rest_.append(chunk, static_cast<std::size_t>(n));
    for (std::size_t end; (end = rest_.find('\n')) != std::string::npos;) {
      const std::string line = rest_.substr(0, end);
      rest_.erase(0, end + 1);
      take(line);
    }
  }

  void take(const std::string& line) {
    const Result<Json> json = parse_json(line);
    const Json* body = json ? json->at("body") : nullptr;
    if (body == nullptr) return;
    const std::string key = json->text_at("key");
    const auto say = [this, key, at = connection_](const Result<std::int64_t>& answer) {
      if (at == connection_) tell(key, answer);
    };
    const edge::PublishOptions critical{edge::To::cloud, edge::Class::critical, key};
    const Result<void> asked = hub_.publish_async(json->text_at("topic"), *body, critical, say);
    if (!asked) say(fail(asked.error()));
  }

  void tell(const std::string& key, const Result<std::int64_t>& answer) {
    Json::Object out;
    out.set("key", key);
    out.set("ok", answer.has_value());
    if (!answer) out.set("why", answer.error().detail);
    const std::string line = Json(std::move(out)).dump() + "\n";
    // Whoever reads too slowly is left; it repeats what it did not hear of.
    if (::send(fd_, line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL) !=
        static_cast<ssize_t>(line.size())) {
      leave();
    }
  }

  edge::Function& hub_;
  const std::string path_;
  int fd_ = -1;
  bool watched_ = false;
  std::uint64_t connection_ = 0;
  std::string rest_;
};

}  // namespace

Result<int> serve(edge::Function& hub) {
  if (Result<void> ready = hub.ready(); !ready) return fail(ready.error());
  const Result<Settings> settings = hub.config<Settings>();
  if (!settings) return fail(settings.error());
  const Feed feed(hub, settings->socket);
  hub.health("live", "");
  return hub.run();
}

}  // namespace trayline::feed
