// Keys of the store on one machine: of the payment simulator's account, made at random and kept;
// and certificates from our own authority.
#pragma once
#include <string>

#include "lib/base/clock.hpp"
#include "lib/base/random.hpp"
#include "lib/base/result.hpp"
#include "standalone/up/state_folder.hpp"

namespace trayline::up {

// Files, mode 0600.
struct Secrets {
  std::string secret_key;       // sk_test_...
  std::string publishable_key;  // pk_test_...
  std::string webhook;          // whsec_...
  std::string people;           // the password of the people in people.hpp
};
Result<Secrets> make_secrets(const StateFolder& state, Random& random);

struct Identity {
  std::string ca;
  std::string cert;
  std::string key;
};
struct Certificates {
  Identity broker;
  Identity cloud;
  Identity core;
};
// Makes what is missing, no longer verifies, or ends within kRenewBefore.
Result<Certificates> make_certificates(const StateFolder& state, const std::string& env,
                                       const std::string& core, const Clock& clock);

}  // namespace trayline::up
