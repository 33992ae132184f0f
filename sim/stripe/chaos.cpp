// The random mode of faults.hpp.
#include <algorithm>
#include <numeric>

#include "sim/stripe/faults.hpp"

namespace trayline::stripe_sim {
namespace {

constexpr std::uint32_t million = 1'000'000;
constexpr std::int64_t ms_max = 600'000;

struct Rate {
  std::string_view name;
  FaultKind kind;
};
constexpr std::array<Rate, 7> rates{{{"latency", FaultKind::latency},
                                     {"status", FaultKind::status},
                                     {"cut", FaultKind::cut},
                                     {"lose", FaultKind::lose},
                                     {"error_after", FaultKind::error_after},
                                     {"error_stored", FaultKind::error_stored},
                                     {"decline", FaultKind::decline}}};

std::uint32_t* rate_named(ChaosSettings& chaos, std::string_view name) {
  if (name == "429") return &chaos.rate_429;
  if (name == "409") return &chaos.rate_409;
  if (name == "webhook_twice") return &chaos.webhook_twice;
  if (name == "webhook_late") return &chaos.webhook_late;
  for (const Rate& rate : rates) {
    if (rate.name == name) return &chaos.rates[static_cast<std::size_t>(rate.kind)];
  }
  return nullptr;
}

std::uint64_t sum_of(const ChaosSettings& chaos) {
  return std::accumulate(chaos.rates.begin(), chaos.rates.end(), std::uint64_t{0}) +
         chaos.rate_429 + chaos.rate_409;
}

Result<void> read_rates(const Json& json, ChaosSettings& chaos) {
  if (json.as_object() == nullptr) return fail(Code::invalid_argument, "rates: expected an object");
  for (const auto& [name, value] : *json.as_object()) {
    std::uint32_t* rate = rate_named(chaos, name);
    if (rate == nullptr) return fail(Code::invalid_argument, "rates: " + name + " is unknown");
    double share = -1;
    if (value.as_double() != nullptr) share = *value.as_double();
    if (value.as_int() != nullptr) share = static_cast<double>(*value.as_int());
    if (!(share >= 0 && share <= 1)) {
      return fail(Code::invalid_argument, "rates: " + name + " is a number from 0 to 1");
    }
    *rate = static_cast<std::uint32_t>(share * million + 0.5);
  }
  return {};
}

Result<void> read_number(const std::string& name, const Json& value, std::int64_t& out) {
  if (value.as_int() == nullptr || *value.as_int() < 0 || *value.as_int() > ms_max) {
    return fail(Code::invalid_argument, name + ": expected an integer from 0 to 600000");
  }
  out = *value.as_int();
  return {};
}

Result<void> read_member(const std::string& name, const Json& value, ChaosSettings& chaos) {
  if (name == "rates") return read_rates(value, chaos);
  if (name == "ms") return read_number(name, value, chaos.ms);
  if (name == "late_ms") return read_number(name, value, chaos.webhook_late_ms);
  if (name == "seed" && value.as_int() != nullptr) {
    chaos.seed = static_cast<std::uint64_t>(*value.as_int());
    return {};
  }
  if (name == "method") {
    auto read = read_method(value, chaos.method);
    return read ? read : fail(read.error().code, name + ": " + read.error().detail);
  }
  if (name != "path_suffix" || value.as_string() == nullptr)
    return fail(Code::invalid_argument, name + " is unknown or of a wrong type");
  chaos.path_suffix = *value.as_string();
  return {};
}

Fault refused(std::int64_t status) {
  Fault fault;
  fault.kind = FaultKind::status;
  fault.status = status;
  return fault;
}

}  // namespace

bool Chaos::happens(std::uint32_t of_a_million) {
  return of_a_million > 0 && random_.below(million) < of_a_million;
}

std::optional<Fault> Chaos::draw(const std::string& method, const std::string& path) {
  Fault fault;
  fault.method = settings_.method;
  fault.path_suffix = settings_.path_suffix;
  if (!fault.fits(method, path)) return std::nullopt;
  std::uint64_t at = random_.below(million);
  for (std::size_t kind = 0; kind < fault_kinds; ++kind) {
    if (at < settings_.rates[kind]) {
      fault.kind = static_cast<FaultKind>(kind);
      fault.ms = settings_.ms;
      if (fault.kind == FaultKind::decline) fault.code = "generic_decline";
      return fault;
    }
    at -= settings_.rates[kind];
  }
  if (at < settings_.rate_429) return refused(429);
  at -= settings_.rate_429;
  return at < settings_.rate_409 ? std::optional<Fault>(refused(409)) : std::nullopt;
}

std::vector<Millis> Chaos::deliveries() {
  const std::size_t copies = happens(settings_.webhook_twice) ? 2 : 1;
  std::vector<Millis> delays(copies, Millis(0));
  for (Millis& delay : delays) {
    if (!happens(settings_.webhook_late)) continue;
    const auto longest = static_cast<std::uint64_t>(settings_.webhook_late_ms);
    delay = Millis(static_cast<std::int64_t>(random_.below(longest + 1)));
  }
  return delays;
}

Result<ChaosSettings> parse_chaos(const Json& json) {
  if (json.as_object() == nullptr) return fail(Code::invalid_argument, "expected an object");
  ChaosSettings chaos;
  for (const auto& [name, value] : *json.as_object()) {
    if (auto read = read_member(name, value, chaos); !read) return fail(read.error());
  }
  if (sum_of(chaos) > million) {
    return fail(Code::invalid_argument, "rates: those of faults add up to more than 1");
  }
  return chaos;
}

}  // namespace trayline::stripe_sim
