// LISTEN and NOTIFY on a connection and a thread of their own: a NOTIFY within the tick's
// transaction would make the commits of all hosts wait for each other.
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <deque>
#include <mutex>
#include <thread>

#include "lib/store/pg_lasting.hpp"
#include "lib/store/signals.hpp"

namespace trayline::store {
namespace {

constexpr std::size_t kWaitingMost = 10'000;
constexpr std::size_t kWordMost = 1'000;
constexpr std::size_t kPayloadMost = 7'000;  // PostgreSQL takes less than 8000 bytes
constexpr int kRetryMs = 100;
constexpr const char* kListen = "LISTEN trayline_words";
const Statement kNotify{
    "store.notify",
    "SELECT count(pg_notify('trayline_words', r.payload)) AS n FROM @rows(payload text) AS r",
    {}};

std::vector<std::string> words_of(std::string_view payload) {
  std::vector<std::string> words;
  while (!payload.empty()) {
    const std::size_t end = std::min(payload.find('\n'), payload.size());
    words.emplace_back(payload.substr(0, end));
    payload.remove_prefix(std::min(end + 1, payload.size()));
  }
  return words;
}

class PostgresSignals final : public Signals {
 public:
  PostgresSignals(PgConfig config, std::function<void(const std::vector<std::string>&)> heard)
      : heard_(std::move(heard)),
        connection_(std::move(config)),
        bell_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        thread_([this] { work(); }) {}
  ~PostgresSignals() override {
    stopping_ = true;
    ring();
    thread_.join();
    ::close(bell_);
  }
  PostgresSignals(const PostgresSignals&) = delete;
  PostgresSignals& operator=(const PostgresSignals&) = delete;

  void send(const std::vector<std::string>& words) override {
    {
      const std::lock_guard lock(mutex_);
      for (const std::string& word : words) {
        const bool fits = word.size() <= kWordMost && word.find('\n') == std::string::npos;
        if (fits && waiting_.size() < kWaitingMost) waiting_.push_back(word);
      }
    }
    ring();
  }

 private:
  void ring() {
    const std::uint64_t one = 1;
    (void)!::write(bell_, &one, sizeof one);
  }

  void work() {
    std::uint64_t listening = 0;  // the connection that LISTENs
    while (!stopping_) {
      const Result<PgConnection*> connection = connection_.get();
      if (!connection) {
        wait(-1, kRetryMs);
        continue;
      }
      if (listening != connection_.made()) {
        if (!(*connection)->script("store.listen", kListen)) continue;
        listening = connection_.made();
      }
      speak(**connection);
      listen(**connection);
      wait((*connection)->socket(), -1);
      listen(**connection);
    }
  }

  void wait(int socket, int timeout_ms) {
    pollfd what[] = {{bell_, POLLIN, 0}, {socket, POLLIN, 0}};
    ::poll(what, socket < 0 ? 1 : 2, timeout_ms);
    std::uint64_t rung = 0;
    (void)!::read(bell_, &rung, sizeof rung);
  }

  void speak(PgConnection& connection) {
    std::deque<std::string> words;
    {
      const std::lock_guard lock(mutex_);
      words.swap(waiting_);
    }
    if (words.empty()) return;
    Rows payloads(1);
    std::string payload;
    for (const std::string& word : words) {
      if (payload.size() + word.size() >= kPayloadMost) {
        payloads.add(std::move(payload));
        payload.clear();
      }
      payload += word;
      payload += '\n';
    }
    payloads.add(std::move(payload));
    (void)connection.run(kNotify, &payloads, {});
  }

  void listen(PgConnection& connection) {
    for (const PgNotice& notice : connection.notices()) {
      if (notice.sender != connection.process()) heard_(words_of(notice.payload));
    }
  }

  std::function<void(const std::vector<std::string>&)> heard_;
  Lasting connection_;
  const int bell_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::deque<std::string> waiting_;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Signals> open_signals(const PostgresConfig& config,
                                      std::function<void(const std::vector<std::string>&)> heard) {
  return std::make_unique<PostgresSignals>(
      PgConfig{config.url, config.password_file, config.name, false, false, nullptr},
      std::move(heard));
}

}  // namespace trayline::store
