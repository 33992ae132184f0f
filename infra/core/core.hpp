// Makes a core: its key, certificate and names, all derived from IoT-<env>-<core>. What
// `trayline core create` calls. Files only; no registry yet. Plain functions.
#pragma once
#include <string>

#include "infra/pki/pki.hpp"
#include "lib/base/clock.hpp"
#include "lib/base/result.hpp"
#include "lib/wire/topics.hpp"

namespace trayline::core {

// Below one state folder: where the authority and the cores' identities are.
struct Places {
  std::string dir;
  pki::Ca ca() const { return {dir + "/pki/ca"}; }
  // identity/{core-id, key.pem, cert.pem, roots/ca.pem}
  std::string identity(const wire::Resource& resource) const {
    return dir + "/cores/" + wire::resource_name(resource) + "/identity";
  }
};

// What was made, for people.
struct Created {
  std::string resource;  // client id, user name, certificate's common name, first topic level
  std::string identity;  // the folder
  std::string writes;    // topic filters
  std::string reads;
  std::string broker_rules;  // lines for a broker that does not have them yet
};

// invalid_argument: env or core is no name; not_found: no authority (with local one is made);
// conflict: this core has a key already.
Result<Created> create_core(const Places& places, const wire::Resource& resource, bool local,
                            const Clock& clock);
// Several lines: names, folder, rules.
std::string to_text(const Created& created);

}  // namespace trayline::core
