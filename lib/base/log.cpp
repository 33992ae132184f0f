#include "lib/base/log.hpp"

#include <unistd.h>

#include <atomic>
#include <chrono>

#include "lib/base/clock.hpp"
#include "lib/base/json.hpp"

namespace trayline {
namespace {

std::atomic<Level> lowest{Level::info};

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
  }
  return "?";
}

}  // namespace

void set_log_level(Level level) { lowest = level; }

void log(Level level, std::string_view event, std::initializer_list<LogField> fields) {
  if (level < lowest.load()) return;
  Json::Object line;
  // A log line is stamped by the system: it is the one place where time is not a decision.
  const auto now = std::chrono::floor<Millis>(std::chrono::system_clock::now());
  line.set("at", to_rfc3339(now));
  line.set("level", std::string(name_of(level)));
  line.set("event", std::string(event));
  for (const LogField& field : fields) {
    std::visit(
        [&](const auto& v) {
          using V = std::decay_t<decltype(v)>;
          if constexpr (std::is_same_v<V, std::string_view>) {
            line.set(field.name, std::string(v));
          } else {
            line.set(field.name, Json(v));
          }
        },
        field.value);
  }
  const std::string text = Json(std::move(line)).dump() + "\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace trayline
