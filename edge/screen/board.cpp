#include "edge/screen/board.hpp"

#include <algorithm>

namespace trayline::screen {

namespace {

constexpr const char* kChecking = "checking";

bool is_checking(const Board& board) { return board.state && board.state->status == kChecking; }

}  // namespace

std::optional<Millis> fresh_for(const Board& board, Time now) {
  if (!is_checking(board)) return std::nullopt;
  const Millis age = std::chrono::duration_cast<Millis>(now - from_ms(board.received_ms));
  return std::clamp(kCheckingFresh - age, Millis(0), kCheckingFresh);
}

Boards::Boards(const std::vector<std::string>& screens) {
  for (const std::string& screen : screens) boards_[screen] = Board{};
}

Result<Board*> Boards::board(const std::string& screen) {
  const auto found = boards_.find(screen);
  if (found == boards_.end()) return fail(Code::not_found, "there is no screen " + screen);
  return &found->second;
}

const Board* Boards::find(const std::string& screen) const {
  const auto found = boards_.find(screen);
  return found == boards_.end() ? nullptr : &found->second;
}

Result<Effects> Boards::take(const wire::ScreenState& state, Time now) {
  const Result<Board*> found = board(state.screen.value);
  if (!found) return fail(found.error());
  Board& here = **found;
  here.heard = true;
  if (here.state && state.version < here.state->version) return Effects{.report = true};
  const bool newer = !here.state || state.version > here.state->version;
  here.received_ms = to_ms(now);
  if (newer) here.state = state;
  return Effects{.show = newer || is_checking(here), .report = true, .keep = newer};
}

Result<Effects> Boards::paint(const std::string& screen, std::int64_t version) {
  const Result<Board*> found = board(screen);
  if (!found) return fail(found.error());
  Board& here = **found;
  const bool sound = here.pages > 0 && here.state && version <= here.state->version;
  if (sound) here.painted = std::max(here.painted.value_or(version), version);
  return Effects{.report = true};
}

Result<Effects> Boards::page_opened(const std::string& screen) {
  const Result<Board*> found = board(screen);
  if (!found) return fail(found.error());
  (*found)->pages += 1;
  return Effects{.report = true};
}

Result<Effects> Boards::page_closed(const std::string& screen) {
  const Result<Board*> found = board(screen);
  if (!found) return fail(found.error());
  Board& here = **found;
  here.pages = std::max<std::int64_t>(0, here.pages - 1);
  if (here.pages == 0) here.painted.reset();
  return Effects{.report = true};
}

wire::Shown Boards::report(const std::string& core, const std::string& screen) const {
  wire::Shown shown;
  shown.core = CoreId(core);
  shown.screen = ScreenId(screen);
  if (const Board* board = find(screen)) {
    shown.painted = board->painted;
    shown.pages = board->pages;
    shown.start = !board->heard;
  }
  return shown;
}

Json Boards::to_file() const {
  Json::Object file;
  for (const auto& [screen, board] : boards_) {
    if (!board.state) continue;
    file.set(screen,
             Json::object({{"state", to_json(*board.state)}, {"received_ms", board.received_ms}}));
  }
  return Json(std::move(file));
}

void Boards::from_file(const Json& file) {
  for (auto& [screen, board] : boards_) {
    const Json* state = file.at(screen, "state");
    if (state == nullptr) continue;
    const Result<wire::ScreenState> read = from_json<wire::ScreenState>(*state);
    if (!read || read->screen.value != screen) continue;
    board.state = *read;
    board.received_ms = file.at(screen)->int_at("received_ms");
  }
}

Json snapshot(const Board& board, bool connected, Time now) {
  const std::optional<Millis> fresh = fresh_for(board, now);
  return Json::object({{"state", board.state ? to_json(*board.state) : Json()},
                       {"received_ms", board.received_ms},
                       {"connected", connected},
                       {"now_ms", to_ms(now)},
                       {"fresh_ms", fresh ? Json(fresh->count()) : Json()}});
}

}  // namespace trayline::screen
