#include "standalone/up/secrets.hpp"

#include <filesystem>
#include <functional>
#include <vector>

#include "infra/core/core.hpp"
#include "infra/pki/pki.hpp"
#include "lib/auth/secret_file.hpp"
#include "lib/base/encoding.hpp"

namespace trayline::up {
namespace {

constexpr std::chrono::days kRenewBefore{30};

// What programs tell each other; what people type is shorter.
constexpr std::size_t kKeyBytes = 16;
constexpr std::size_t kTypedBytes = 5;

Result<void> make_secret(const std::string& file, const std::string& prefix, std::size_t length,
                         Random& random) {
  if (auth::read_secret_file(file)) return {};
  std::vector<std::uint8_t> bytes(length);
  random.fill(bytes);
  return auth::write_secret_file(file, prefix + to_hex(bytes));
}

// Makes dir/cert.pem and dir/key.pem anew where they do not serve (any more).
Result<void> keep_good(const pki::Ca& ca, const std::string& dir, const std::string& purpose,
                       const Clock& clock, const std::function<Result<void>()>& make) {
  const std::string cert = dir + "/cert.pem";
  const auto info = pki::read_certificate(cert);
  if (info && info->not_after > clock.now() + kRenewBefore &&
      pki::verify_certificate(ca, cert, purpose, clock)) {
    return {};
  }
  std::error_code ignored;
  std::filesystem::remove(cert, ignored);
  std::filesystem::remove(dir + "/key.pem", ignored);
  return make();
}

}  // namespace

Result<Secrets> make_secrets(const StateFolder& state, Random& random) {
  const Secrets out{state.path("secrets/stripe_secret_key"),
                    state.path("secrets/stripe_publishable_key"),
                    state.path("secrets/stripe_webhook_secret"), state.path("secrets/people")};
  const std::pair<const std::string*, const char*> all[] = {
      {&out.secret_key, "sk_test_"}, {&out.publishable_key, "pk_test_"}, {&out.webhook, "whsec_"}};
  for (const auto& [file, prefix] : all) {
    if (auto made = make_secret(*file, prefix, kKeyBytes, random); !made) {
      return fail(made.error());
    }
  }
  if (auto made = make_secret(out.people, "demo-", kTypedBytes, random); !made) {
    return fail(made.error());
  }
  return out;
}

Result<Certificates> make_certificates(const StateFolder& state, const std::string& env,
                                       const std::string& core, const Clock& clock) {
  const core::Places places{state.dir()};
  const wire::Resource resource{env, CoreId(core)};
  const pki::Ca ca = places.ca();
  const std::string device = places.identity(resource);
  const std::string server = state.path("pki/broker");
  const std::string host = state.path("pki/cloud-1");
  const auto core_made = keep_good(ca, device, "client", clock, [&]() -> Result<void> {
    const auto created = core::create_core(places, resource, true, clock);
    return created ? Result<void>() : fail(created.error());
  });
  if (!core_made) return fail(core_made.error());
  const auto server_made =
      keep_good(ca, server, "server", clock, [&] { return pki::create_server(ca, server, clock); });
  if (!server_made) return fail(server_made.error());
  const auto host_made = keep_good(ca, host, "client", clock,
                                   [&] { return pki::create_cloud_host(ca, "1", host, clock); });
  if (!host_made) return fail(host_made.error());
  const auto identity = [](const std::string& root, const std::string& dir) {
    return Identity{root, dir + "/cert.pem", dir + "/key.pem"};
  };
  return Certificates{identity(ca.cert_file(), server), identity(ca.cert_file(), host),
                      identity(device + "/roots/ca.pem", device)};
}

}  // namespace trayline::up
