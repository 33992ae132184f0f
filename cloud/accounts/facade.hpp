// The Cognito wire in front of the accounts: requests become reads on a worker and messages for
// the tick. Belongs to the loop's thread; answers leave from any.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "cloud/accounts/settings.hpp"
#include "lib/auth/keys.hpp"
#include "lib/auth/revocations.hpp"
#include "lib/auth/sealed.hpp"
#include "lib/base/clock.hpp"
#include "lib/base/random.hpp"
#include "lib/host/host.hpp"
#include "lib/host/route.hpp"
#include "lib/store/store.hpp"

namespace trayline::accounts {

struct FacadeParts {
  Settings settings;
  auth::KeySet keys;
  const auth::Sealer& sealer;
  const Clock& clock;
  Random& random;  // thread-safe
  // Shared with whoever verifies tokens; the facade keeps it up to date.
  auth::Revocations& revocations;
  // host::Host::ask and host::Host::post.
  std::function<Result<void>(host::Message, host::Host::Answered)> ask;
  std::function<Result<void>(host::Message)> post;
  // Runs a job on a worker with its own reader; false when the pool is full.
  std::function<bool(std::function<void(store::Session&)>)> work;
  // Runs a task on the loop's thread; thread-safe.
  std::function<void(std::function<void()>)> on_loop;
};

class Facade {
 public:
  explicit Facade(FacadeParts parts);
  ~Facade();
  Facade(const Facade&) = delete;
  Facade& operator=(const Facade&) = delete;

  // POST / and OPTIONS /, the JWKS document and the discovery document under the pool's id. They
  // keep what they need alive.
  std::vector<host::Route> routes() const;

  // Reads new revocations into `revocations`, by way of a worker. To be called at the start, when
  // wire::accounts::kRevocationsKey is woken, and every second for other hosts' sign-outs.
  void refresh_revocations();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace trayline::accounts
