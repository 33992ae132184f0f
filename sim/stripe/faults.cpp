#include "sim/stripe/faults.hpp"

#include <algorithm>
#include <array>

namespace trayline::stripe_sim {
namespace {

constexpr std::array<std::pair<std::string_view, FaultKind>, 6> kinds{{
    {"latency", FaultKind::latency},
    {"status", FaultKind::status},
    {"cut", FaultKind::cut},
    {"hold", FaultKind::hold},
    {"lose", FaultKind::lose},
    {"error_after", FaultKind::error_after},
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
  return fail(Code::invalid_argument, "expected latency, status, cut, hold, lose or error_after");
}

Result<void> read_member(const std::string& name, const Json& value, Fault& fault) {
  if (name == "kind") return read_kind(value, fault.kind);
  if (name == "method") return read_text(value, fault.method);
  if (name == "path_suffix") return read_text(value, fault.path_suffix);
  if (name == "n") return read_integer(value, 1, calls_max, fault.n);
  if (name == "status") return read_integer(value, 400, 599, fault.status);
  if (name == "ms") return read_integer(value, 0, ms_max, fault.ms);
  return fail(Code::invalid_argument, "is unknown");
}

}  // namespace

Result<void> Faults::add(Fault fault) {
  if (faults_.size() >= faults_max) return fail(Code::exhausted, "64 faults are waiting already");
  faults_.push_back(std::move(fault));
  return {};
}

std::optional<Fault> Faults::take(const std::string& method, const std::string& path) {
  const auto fits = [&](const Fault& fault) {
    return (fault.method.empty() || fault.method == method) && path.ends_with(fault.path_suffix);
  };
  const auto found = std::find_if(faults_.begin(), faults_.end(), fits);
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
  return fault;
}

}  // namespace trayline::stripe_sim
