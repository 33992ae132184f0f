#include "edge/screen/server.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "edge/screen/assets.hpp"
#include "edge/screen/board.hpp"
#include "lib/base/file.hpp"
#include "lib/base/log.hpp"
#include "lib/http/files.hpp"
#include "lib/http/server.hpp"

namespace trayline::screen {
namespace {

http::Response problem(int status, std::string_view detail) {
  return {status,
          {{"Content-Type", "application/problem+json"}},
          Json::object({{"status", status}, {"title", detail}}).dump()};
}

// The page's files; the page itself where none is named.
void answer_page(const http::Request& request, const http::ResponderPtr& responder) {
  const auto named = request.params.find("file");
  const std::string file = named == request.params.end() ? "index.html" : named->second;
  responder->answer(http::answer_file(asset, request, "screen/" + file));
}

}  // namespace

struct Server::State : std::enable_shared_from_this<Server::State> {
  State(Loop& loop, const Clock& c, const ServerConfig& cfg, Report r)
      : clock(c),
        config(cfg),
        report(std::move(r)),
        boards(cfg.screens),
        http(loop, http::Limits{.body_bytes_max = 4096, .connections_max = 64}, problem) {}

  const Clock& clock;
  const ServerConfig config;
  const Report report;
  Boards boards;
  std::map<std::string, std::vector<std::shared_ptr<http::Stream>>> pages;  // by ?screen=
  bool connected = true;
  bool closing = false;
  std::uint16_t port = 0;
  http::Server http;

  std::string screen_of(const http::Request& request) const {
    const auto named = request.query.find("screen");
    return named != request.query.end() ? named->second : config.screens.front();
  }

  void act(const std::string& screen, const Effects& effects) {
    if (effects.keep) keep();
    if (effects.show) show(screen);
    if (effects.report) report(boards.report(config.core, screen));
  }

  std::string text_for(const std::string& screen) const {
    return snapshot(*boards.find(screen), connected, clock.now()).dump();
  }

  void show(const std::string& screen) {
    const std::string text = text_for(screen);
    for (const std::string& watched : {screen, std::string(kEveryScreen)}) {
      // A copy: a stream that fails takes itself out of the list.
      const std::vector<std::shared_ptr<http::Stream>> open = pages[watched];
      for (const auto& page : open) page->send("", "state", text);
    }
  }

  // Before it is shown: a power cut later does not bring an older one back.
  void keep() const {
    if (config.file.empty()) return;
    const Result<void> kept = write_durably(config.file, boards.to_file().dump());
    if (!kept)
      log(Level::warning, "the last known state cannot be kept", {{"why", kept.error().detail}});
  }

  void restore() {
    std::ifstream file(config.file);
    std::ostringstream text;
    text << file.rdbuf();
    const Result<Json> json = parse_json(text.str());
    if (json) boards.from_file(*json);
  }

  void events(const http::Request& request, const http::ResponderPtr& responder) {
    const std::string screen = screen_of(request);
    const bool every = screen == kEveryScreen;
    if (!every && boards.find(screen) == nullptr) {
      return responder->answer(problem(404, "no such screen"));
    }
    if (pages[screen].size() >= kPagesMax) {
      return responder->answer(problem(503, "16 pages are connected"));
    }
    std::shared_ptr<http::Stream> page = responder->stream({{"Cache-Control", "no-store"}});
    pages[screen].push_back(page);
    page->on_close([self = weak_from_this(), screen, every, raw = page.get()] {
      const std::shared_ptr<State> state = self.lock();
      if (state == nullptr || state->closing) return;
      std::erase_if(state->pages[screen], [&](const auto& p) { return p.get() == raw; });
      if (!every) state->act(screen, *state->boards.page_closed(screen));
    });
    if (!every) {
      act(screen, *boards.page_opened(screen));
      return page->send("", "state", text_for(screen));
    }
    for (const auto& [name, board] : boards.all()) page->send("", "state", text_for(name));
  }

  void painted(const http::Request& request, const http::ResponderPtr& responder) {
    // No form of another site can send this type without asking first.
    const std::string* type = request.header("Content-Type");
    if (type == nullptr || !type->starts_with("application/json")) {
      return responder->answer(problem(415, "application/json, please"));
    }
    const Result<Json> json = parse_json(request.body);
    const Json* version = json ? json->at("version") : nullptr;
    const Json* screen = json ? json->at("screen") : nullptr;
    if (version == nullptr || version->as_int() == nullptr || screen == nullptr ||
        screen->as_string() == nullptr) {
      return responder->answer(problem(400, "screen (text) and version (integer) are required"));
    }
    const std::string name = *screen->as_string();
    const Result<Effects> effects = boards.paint(name, *version->as_int());
    if (!effects) return responder->answer(problem(404, "no such screen"));
    responder->answer({204, {}, ""});
    act(name, *effects);
  }

  Result<void> listen() {
    http.always({{"X-Content-Type-Options", "nosniff"},
                 {"Content-Security-Policy",
                  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}});
    http.route("GET", "/", answer_page);
    http.route("GET", "/{file}", answer_page);
    http.route("GET", "/state", [this](const http::Request& request, const auto& responder) {
      const std::string screen = screen_of(request);
      if (boards.find(screen) == nullptr) return responder->answer(problem(404, "no such screen"));
      responder->answer({200,
                         {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
                         text_for(screen)});
    });
    http.route("GET", "/events", [this](const http::Request& request, const auto& responder) {
      events(request, responder);
    });
    http.route("POST", "/painted", [this](const http::Request& request, const auto& responder) {
      painted(request, responder);
    });
    const Result<std::uint16_t> got = http.listen(config.address, config.port);
    if (!got) return fail(got.error());
    port = *got;
    return {};
  }
};

Server::Server(std::shared_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() {
  state_->closing = true;
  state_->http.close();
}

Result<std::unique_ptr<Server>> Server::start(Loop& loop, const Clock& clock,
                                              const ServerConfig& config, Report report) {
  if (config.screens.empty()) return fail(Code::invalid_argument, "screens names no screen");
  auto state = std::make_shared<State>(loop, clock, config, std::move(report));
  if (!config.file.empty()) state->restore();
  if (auto listening = state->listen(); !listening) return fail(listening.error());
  for (const std::string& screen : config.screens) state->act(screen, Effects{.report = true});
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

std::uint16_t Server::port() const { return state_->port; }

Result<void> Server::take(const wire::ScreenState& state) {
  const Result<Effects> effects = state_->boards.take(state, state_->clock.now());
  if (!effects) return fail(effects.error());
  state_->act(state.screen.value, *effects);
  return {};
}

void Server::uplink(bool connected) {
  if (std::exchange(state_->connected, connected) == connected) return;
  for (const std::string& screen : state_->config.screens) {
    // After an outage the cloud may have missed a report.
    state_->act(screen, Effects{.show = true, .report = connected});
  }
}

}  // namespace trayline::screen
