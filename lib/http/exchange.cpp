// Responder and Stream: the handles that leave the loop's thread. They hold the connection weakly
// and lock it on the loop's thread only, so that its socket never dies on another one.
#include <atomic>

#include "lib/http/connection.hpp"
#include "lib/http/wire.hpp"

namespace trayline::http {

namespace {

// Once the server is gone nothing is done: the loop may be gone as well.
template <class Task>
void on_loop(Core& core, Task task) {
  if (!core.serving) return;
  if (core.loop.here()) return task();
  core.loop.post(std::move(task));
}

class StreamHandle final : public Stream {
 public:
  StreamHandle(std::shared_ptr<Core> core, std::weak_ptr<Connection> connection,
               std::shared_ptr<StreamState> state)
      : core_(std::move(core)), connection_(std::move(connection)), state_(std::move(state)) {}
  ~StreamHandle() override { close(); }

  void send(std::string_view id, std::string_view event, std::string_view data) override {
    if (!state_->open) return;
    auto bytes = format_event(id, event, data);
    if (state_->chunked) bytes = as_chunk(bytes);
    const auto backlog = state_->backlog.fetch_add(bytes.size()) + bytes.size();
    if (backlog > core_->limits.stream_backlog_bytes_max) return end(true);
    on_loop(*core_, [connection = connection_, bytes = std::move(bytes)] {
      if (const auto live = connection.lock()) live->stream_write(bytes);
    });
  }

  void close() override { end(false); }

  bool open() const override { return state_->open; }

  void on_close(std::function<void()> task) override {
    on_loop(*core_, [core = core_, state = state_, task = std::move(task)]() mutable {
      if (state->ended) return core->loop.post(std::move(task));
      state->on_close = std::move(task);
    });
  }

 private:
  void end(bool cut) {
    if (!state_->open.exchange(false)) return;
    on_loop(*core_, [core = core_, connection = connection_, state = state_, cut] {
      if (const auto live = connection.lock()) return live->stream_end(cut);
      end_stream(*core, state);
    });
  }

  std::shared_ptr<Core> core_;
  std::weak_ptr<Connection> connection_;
  std::shared_ptr<StreamState> state_;
};

class ExchangeResponder final : public Responder {
 public:
  ExchangeResponder(std::shared_ptr<Core> core, std::weak_ptr<Connection> connection,
                    std::uint64_t exchange, bool http10)
      : core_(std::move(core)),
        connection_(std::move(connection)),
        exchange_(exchange),
        http10_(http10) {}

  ~ExchangeResponder() override {
    if (answered_) return;
    on_loop(*core_, [core = core_, connection = connection_, exchange = exchange_] {
      if (const auto live = connection.lock())
        live->answer(exchange, core->refuse(500, "the request was dropped without an answer"));
    });
  }

  void answer(Response response) override {
    if (answered_.exchange(true)) return;
    on_loop(*core_, [connection = connection_, exchange = exchange_,
                     response = std::move(response)]() mutable {
      if (const auto live = connection.lock()) live->answer(exchange, std::move(response));
    });
  }

  void hang_up() override {
    if (answered_.exchange(true)) return;
    on_loop(*core_, [connection = connection_, exchange = exchange_] {
      if (const auto live = connection.lock()) live->answer(exchange, {.status = no_answer});
    });
  }

  std::shared_ptr<Stream> stream(Headers headers) override {
    auto state = std::make_shared<StreamState>();
    state->chunked = !http10_;
    auto handle = std::make_shared<StreamHandle>(core_, connection_, state);
    if (answered_.exchange(true)) {
      handle->close();
      return handle;
    }
    on_loop(*core_, [core = core_, connection = connection_, exchange = exchange_, state,
                     headers = std::move(headers)]() mutable {
      const auto live = connection.lock();
      if (!live) return end_stream(*core, state);
      live->begin_stream(exchange, std::move(headers), state);
    });
    return handle;
  }

 private:
  std::shared_ptr<Core> core_;
  std::weak_ptr<Connection> connection_;
  const std::uint64_t exchange_;
  const bool http10_;
  std::atomic<bool> answered_{false};
};

}  // namespace

ResponderPtr make_responder(std::shared_ptr<Core> core, std::weak_ptr<Connection> connection,
                            std::uint64_t exchange, bool http10) {
  return std::make_shared<ExchangeResponder>(std::move(core), std::move(connection), exchange,
                                             http10);
}

void end_stream(Core& core, const std::shared_ptr<StreamState>& stream, bool now) {
  stream->open = false;
  if (std::exchange(stream->ended, true)) return;
  auto task = std::exchange(stream->on_close, nullptr);
  if (!task) return;
  if (now) return task();
  core.loop.post(std::move(task));
}

}  // namespace trayline::http
