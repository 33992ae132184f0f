#include "sim/stripe/options.hpp"

#include <charconv>
#include <fstream>

namespace trayline::stripe_sim {
namespace {

Result<std::string> read_key(const std::string& file, std::string_view prefix) {
  std::ifstream in(file);
  std::string key;
  if (!in || !(in >> key)) return fail(Code::invalid_argument, file + " cannot be read");
  if (!key.starts_with(prefix)) {
    return fail(Code::invalid_argument,
                file + " does not hold a key " + std::string(prefix) + "...");
  }
  return key;
}

Result<void> set_key(const std::string& file, std::string_view prefix, std::string& out) {
  auto key = read_key(file, prefix);
  if (!key) return fail(key.error());
  out = std::move(*key);
  return {};
}

Result<void> set_port(const std::string& text, std::uint16_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error == std::errc() && !text.empty() && end == text.data() + text.size()) return {};
  return fail(Code::invalid_argument, "--port is 0 to 65535, not " + text);
}

Result<void> set_option(const std::string& name, const std::string& value, Options& options) {
  SimulatorSettings& sim = options.simulator;
  if (name == "--port") return set_port(value, options.port);
  if (name == "--secret-key-file") return set_key(value, "sk_test_", sim.account.secret_key);
  if (name == "--publishable-key-file") {
    return set_key(value, "pk_test_", sim.account.publishable_key);
  }
  if (name == "--webhook-secret-file") return set_key(value, "whsec_", sim.webhook_secret);
  if (name == "--journal") {
    sim.journal = value;
  } else if (name == "--description") {
    sim.description = value;
  } else if (name == "--webhook-url") {
    sim.webhook_url = value;
  } else {
    return fail(Code::invalid_argument, "unknown argument " + name);
  }
  return {};
}

}  // namespace

Result<Options> parse_options(std::span<const std::string> arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& name = arguments[i];
    if (name == "--help" || name == "-h") {
      options.help = true;
    } else if (name == "--controls") {
      options.simulator.controls = true;
    } else if (name == "--journal-sync") {
      options.simulator.journal_sync = true;
    } else if (!name.starts_with("--")) {
      return fail(Code::invalid_argument, "unknown argument " + name);
    } else if (i + 1 == arguments.size()) {
      return fail(Code::invalid_argument, name + " is unknown or needs a value");
    } else if (auto done = set_option(name, arguments[++i], options); !done) {
      return fail(done.error());
    }
  }
  return options;
}

std::string help_text() {
  return R"(trayline-stripe: stands in for the Stripe API, on loopback, with test cards only.

  --port N                     port on 127.0.0.1; 0 (as without it): any free one
  --journal FILE               keep the books over a restart (made if absent): what was answered
                               outlives a killed process
  --journal-sync               ... and a power cut: each reply waits for the disk
  --secret-key-file FILE       the only sk_test_... accepted; without it any
  --publishable-key-file FILE  the only pk_test_... accepted; without it any
  --webhook-url URL            where events go; more through POST /v1/webhook_endpoints
  --webhook-secret-file FILE   the whsec_... that signs them
  --controls                   serve /_sim: charges, faults, held replies, clock
  --description FILE           check calls and replies with this part of Stripe's official
                               description; with --controls /_sim/problems tells what did not fit
  --help                       this text

Prints one line of JSON when it listens: {"url":"http://127.0.0.1:12111","port":12111}

Example:
  trayline-stripe --port 12111 --controls --journal /tmp/stripe.journal &
  curl -u sk_test_x: http://127.0.0.1:12111/v1/payment_intents -d amount=500 -d currency=eur \
       -d confirm=true -d payment_method=pm_card_visa
  curl http://127.0.0.1:12111/_sim/charges
)";
}

}  // namespace trayline::stripe_sim
