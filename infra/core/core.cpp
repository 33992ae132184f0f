#include "infra/core/core.hpp"

#include <filesystem>
#include <fstream>

#include "infra/broker/broker.hpp"

namespace trayline::core {
namespace {

Result<void> complete(const Places& places, const wire::Resource& resource) {
  const std::string identity = places.identity(resource);
  std::error_code error;
  std::filesystem::create_directories(identity + "/roots", error);
  if (!error) {
    std::filesystem::copy_file(places.ca().cert_file(), identity + "/roots/ca.pem",
                               std::filesystem::copy_options::overwrite_existing, error);
  }
  if (error) return fail(Code::unavailable, identity + ": " + error.message());
  std::ofstream id(identity + "/core-id");
  id << resource.core.value << "\n";
  if (!id.flush()) return fail(Code::unavailable, "cannot write " + identity + "/core-id");
  return {};
}

}  // namespace

Result<Created> create_core(const Places& places, const wire::Resource& resource, bool local,
                            const Clock& clock) {
  if (!wire::is_env(resource.env)) {
    return fail(Code::invalid_argument, "env must be [a-z0-9]{1,16}, not \"" + resource.env + "\"");
  }
  if (!is_core_id(resource.core.value)) {
    return fail(Code::invalid_argument,
                "core must be [a-z0-9-]{1,40}, not \"" + resource.core.value + "\"");
  }
  const pki::Ca ca = places.ca();
  if (!std::filesystem::exists(ca.key_file())) {
    if (!local) {
      return fail(Code::not_found,
                  "no certificate authority in " + ca.dir + "; with --local one is made there");
    }
    if (auto made = pki::create_ca(ca.dir, clock); !made) return fail(made.error());
  }
  const std::string name = wire::resource_name(resource);
  const std::string identity = places.identity(resource);
  if (auto made = pki::create_device(ca, name, identity, clock); !made) return fail(made.error());
  if (auto done = complete(places, resource); !done) return fail(done.error());
  broker::BrokerConfig nobody;
  nobody.cloud_hosts.clear();
  return Created{name, identity, name + "/up/#", name + "/down/#", broker::mosquitto_acl(nobody)};
}

std::string to_text(const Created& created) {
  return "core      " + created.resource + "\nidentity  " + created.identity + "\nwrites    " +
         created.writes + "\nreads     " + created.reads +
         "\nbroker rules (the same for every core; %u is the certificate's common name):\n" +
         created.broker_rules;
}

}  // namespace trayline::core
