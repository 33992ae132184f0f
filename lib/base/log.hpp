// Log: one JSON object a line on standard error. Log once, where the error is handled; never a
// secret, never a card number. Thread-safe (one write per line).
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <variant>

namespace trayline {

enum class Level { debug, info, warning, error };

using LogValue = std::variant<std::string_view, std::int64_t, bool>;
struct LogField {
  std::string_view name;
  LogValue value;
  LogField(std::string_view n, std::string_view v) : name(n), value(v) {}
  LogField(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
  LogField(std::string_view n, bool v) : name(n), value(v) {}
  template <class T>
  requires std::is_integral_v<T> LogField(std::string_view n, T v)
      : name(n), value(static_cast<std::int64_t>(v)) {}
};

// event is a fixed text such as "order paid"; what varies goes into fields.
void log(Level level, std::string_view event, std::initializer_list<LogField> fields = {});
// Lines below this level are dropped; info at start.
void set_log_level(Level level);

}  // namespace trayline
