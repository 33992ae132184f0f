#include "sim/stripe/faults.hpp"

#include <algorithm>
#include <array>

#include "sim/stripe/cards.hpp"

namespace trayline::stripe_sim {
namespace {

constexpr std::array<std::pair<std::string_view, FaultKind>, fault_kinds> kinds{{
    {"latency", FaultKind::latency},
    {"status", FaultKind::status},
    {"cut", FaultKind::cut},
    {"hold", FaultKind::hold},
    {"lose", FaultKind::lose},
    {"error_after", FaultKind::error_after},
    {"error_stored", FaultKind::error_stored},
    {"decline", FaultKind::decline},
    {"event_first", FaultKind::event_first},
}};
constexpr std::int64_t calls_max = 1'000'000;
constexpr std::int64_t ms_max = 600'000;

Result<void> read_integer(const Json& value, std::int64_t low, std::int64_t high,
                          std::int64_t& out) {
  if (value.as_int() == nullptr || *value.as_int() < low || *value.as_int() > high) {
    return fail(Code::invalid_argument,
                "expected an integer from " + std::to_string(low) + " to " + std::to_string(high));
  }
  out = *value.as_int();
  return {};
}

Result<void> read_text(const Json& value, std::string& out) {
  if (value.as_string() == nullptr) return fail(Code::invalid_argument, "expected a text");
  out = *value.as_string();
  return {};
}

Result<void> read_kind(const Json& value, FaultKind& out) {
  for (const auto& [name, kind] : kinds) {
    if (value.as_string() == nullptr || *value.as_string() != name) continue;
    out = kind;
    return {};
  }
  return fail(Code::invalid_argument,
              "expected latency, status, cut, hold, lose, error_after, error_stored, decline or "
              "event_first");
}

Result<void> read_member(const std::string& name, const Json& value, Fault& fault) {
  if (name == "kind") return read_kind(value, fault.kind);
  if (name == "method") return read_method(value, fault.method);
  if (name == "path_suffix") return read_text(value, fault.path_suffix);
  if (name == "n") return read_integer(value, 1, calls_max, fault.n);
  if (name == "status") return read_integer(value, 400, 599, fault.status);
  if (name == "ms") return read_integer(value, 0, ms_max, fault.ms);
  if (name == "code") return read_text(value, fault.code);
  if (name == "reason") return read_text(value, fault.reason);
  if (name == "retry_after_s") return read_integer(value, 0, 3600, fault.retry_after_s);
  if (name == "should_retry" && value.as_bool() != nullptr) {
    fault.should_retry = *value.as_bool();
    return {};
  }
  return fail(Code::invalid_argument, "is unknown");
}

}  // namespace

Result<void> read_method(const Json& value, std::string& out) {
  const std::string* method = value.as_string();
  if (method == nullptr || !(*method == "GET" || *method == "POST" || *method == "DELETE"))
    return fail(Code::invalid_argument, "expected GET, POST or DELETE; leave it out for any");
  out = *method;
  return {};
}

bool Fault::fits(const std::string& method_of_call, const std::string& path) const {
  return (method.empty() || method == method_of_call) && path.ends_with(path_suffix);
}

Result<void> Faults::add(Fault fault) {
  if (faults_.size() >= faults_max) return fail(Code::exhausted, "64 faults are waiting already");
  faults_.push_back(std::move(fault));
  return {};
}

std::optional<Fault> Faults::take(const std::string& method, const std::string& path) {
  const auto found = std::find_if(faults_.begin(), faults_.end(),
                                  [&](const Fault& fault) { return fault.fits(method, path); });
  if (found == faults_.end()) return std::nullopt;
  Fault taken = *found;
  if (--found->n == 0) faults_.erase(found);
  return taken;
}

void Faults::clear(FaultKind kind) {
  std::erase_if(faults_, [&](const Fault& fault) { return fault.kind == kind; });
}

Result<Fault> parse_fault(const Json& json) {
  if (json.as_object() == nullptr) return fail(Code::invalid_argument, "expected an object");
  Fault fault;
  for (const auto& [name, value] : *json.as_object()) {
    if (auto read = read_member(name, value, fault); !read) {
      return fail(Code::invalid_argument, name + ": " + read.error().detail);
    }
  }
  if (fault.kind == FaultKind::decline) {
    if (fault.code.empty()) fault.code = "generic_decline";
    if (decline_named(fault.code) == nullptr) {
      return fail(Code::invalid_argument, "code: no decline is called " + fault.code);
    }
  }
  return fault;
}

}  // namespace trayline::stripe_sim
