// Client on libcurl's multi socket interface: curl says which descriptors and which timer it
// wants, the loop serves them. Nothing of a user's runs inside curl: outcomes and pieces are
// handed over after it has returned, so that a callback may send, or destroy the client.
#include "lib/http/client.hpp"

#include <curl/curl.h>

#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lib/base/check.hpp"
#include "lib/http/easy.hpp"

namespace trayline::http {

namespace {

constexpr long kKeptMost = 128;  // idle connections, to all hosts together

struct Transfer {
  Easy easy;
  Client::Done done;
  Client::Chunk chunk;  // none: the body is gathered
  std::string pending;  // pieces that came while curl was at work
  std::chrono::milliseconds silence_max{0};
  Loop::Timer silence;
};
using TransferPtr = std::shared_ptr<Transfer>;

}  // namespace

struct Client::State : std::enable_shared_from_this<State> {
  State(Loop& l, ClientLimits lim) : loop(l), limits(lim) {}
  ~State() {
    for (auto& [handle, transfer] : transfers) curl_multi_remove_handle(multi, handle);
    transfers.clear();
    if (multi != nullptr) curl_multi_cleanup(multi);
  }

  void open();
  void add(TransferPtr transfer);
  void refuse(Error error, Done done);
  void act(curl_socket_t socket, int flags);
  void settle();
  void hand_over_pieces();
  void finish(CURL* handle, Result<Response> result);
  void listen_for_silence(CURL* handle);

  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*);
  static int on_timer(CURLM*, long delay_ms, void* self);

  Loop& loop;
  const ClientLimits limits;
  CURLM* multi = nullptr;
  std::unordered_map<CURL*, TransferPtr> transfers;
  std::unordered_map<curl_socket_t, Loop::Watch> watches;
  std::vector<CURL*> with_pieces;
  Loop::Timer timer;
  bool alive = true;  // the Client has not been destroyed
};

void Client::State::open() {
  if (multi != nullptr) return;
  multi = curl_multi_init();
  check(multi != nullptr, "there is memory for a client");
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &State::on_socket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &State::on_timer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, static_cast<long>(limits.per_host_max));
  // Else curl keeps four times as many as there are transfers: between two waves of requests it
  // would close most of what the next wave needs.
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, kKeptMost);
}

int Client::State::on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
  auto& state = *static_cast<State*>(self);
  if (what == CURL_POLL_REMOVE) {
    state.watches.erase(socket);
    return 0;
  }
  const bool read = (what & CURL_POLL_IN) != 0, write = (what & CURL_POLL_OUT) != 0;
  if (const auto known = state.watches.find(socket); known != state.watches.end()) {
    known->second.want(read, write);
    return 0;
  }
  state.watches.emplace(
      socket, state.loop.watch(socket, read, write, [&state, socket](bool in, bool out) {
        state.act(socket, (in ? CURL_CSELECT_IN : 0) | (out ? CURL_CSELECT_OUT : 0));
      }));
  return 0;
}

// Also a delay of 0 goes through the loop: curl forbids calling it from here.
int Client::State::on_timer(CURLM*, long delay_ms, void* self) {
  auto& state = *static_cast<State*>(self);
  state.timer = delay_ms < 0 ? Loop::Timer()
                             : state.loop.after(std::chrono::milliseconds(delay_ms),
                                                [&state] { state.act(CURL_SOCKET_TIMEOUT, 0); });
  return 0;
}

void Client::State::act(curl_socket_t socket, int flags) {
  const auto keep = shared_from_this();
  int running = 0;
  curl_multi_socket_action(multi, socket, flags, &running);
  settle();
}

// Hands over what has come and what has ended. Each step may change everything, down to the end
// of the client, so nothing is held across one.
void Client::State::settle() {
  hand_over_pieces();
  int left = 0;
  while (alive) {
    const auto* message = curl_multi_info_read(multi, &left);
    if (message == nullptr) return;
    if (message->msg != CURLMSG_DONE) continue;
    CURL* const handle = message->easy_handle;
    const auto code = message->data.result;
    finish(handle, transfers.at(handle)->easy.outcome(code));
  }
}

void Client::State::hand_over_pieces() {
  const auto handles = std::exchange(with_pieces, {});
  for (CURL* handle : handles) {
    if (!alive) return;
    const auto found = transfers.find(handle);
    if (found == transfers.end()) continue;
    const auto transfer = found->second;
    listen_for_silence(handle);
    const auto pieces = std::exchange(transfer->pending, {});
    if (transfer->chunk(pieces) || !alive) continue;
    finish(handle, transfer->easy.take_response());
  }
}

void Client::State::listen_for_silence(CURL* handle) {
  auto& transfer = *transfers.at(handle);
  transfer.silence = loop.after(transfer.silence_max, [this, handle] {
    const auto keep = shared_from_this();
    finish(handle, fail(transfers.at(handle)->easy.given_up("nothing came in time")));
  });
}

void Client::State::finish(CURL* handle, Result<Response> result) {
  auto node = transfers.extract(handle);
  curl_multi_remove_handle(multi, handle);
  const auto transfer = std::move(node.mapped());
  transfer->done(std::move(result));
}

void Client::State::refuse(Error error, Done done) {
  loop.post([weak = weak_from_this(), error = std::move(error), done = std::move(done)] {
    if (const auto state = weak.lock(); state && state->alive) done(fail(error));
  });
}

void Client::State::add(TransferPtr transfer) {
  open();
  CURL* const handle = transfer->easy.handle();
  const bool streams = transfer->chunk != nullptr;
  transfers.emplace(handle, std::move(transfer));
  if (streams) listen_for_silence(handle);
  check(curl_multi_add_handle(multi, handle) == CURLM_OK, "libcurl takes a new transfer");
}

Client::Client(Loop& loop, ClientLimits limits) : state_(std::make_shared<State>(loop, limits)) {}

// The state may be at work further up the stack; it ends when that has returned.
Client::~Client() {
  state_->alive = false;
  state_->timer = {};
}

void Client::send(ClientRequest request, Done done) {
  stream(std::move(request), nullptr, std::move(done));
}

void Client::stream(ClientRequest request, Chunk chunk, Done done) {
  auto& state = *state_;
  if (state.transfers.size() >= state.limits.in_flight_max)
    return state.refuse({Code::exhausted, "too many requests under way"}, std::move(done));
  auto transfer = std::make_shared<Transfer>();
  const auto silence_max = request.timeout;
  const auto ready =
      transfer->easy.prepare(std::move(request), state.limits.body_bytes_max, !chunk);
  if (!ready) return state.refuse(ready.error(), std::move(done));
  transfer->done = std::move(done);
  if (chunk) {
    transfer->silence_max = silence_max;
    transfer->chunk = std::move(chunk);
    transfer->easy.on_piece([&state, raw = transfer.get()](std::string_view piece) {
      if (raw->pending.empty()) state.with_pieces.push_back(raw->easy.handle());
      raw->pending += piece;
    });
  }
  state.add(std::move(transfer));
}

}  // namespace trayline::http
