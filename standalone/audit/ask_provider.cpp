// The provider's side of the books, from its lists.
#include "cloud/payments/provider_lists.hpp"
#include "lib/http/client.hpp"
#include "lib/loop/loop.hpp"
#include "standalone/audit/audit.hpp"

namespace trayline::audit {
Result<std::vector<payments::ProviderBook>> ask_provider(const cloud::PaymentsSettings& settings) {
  stripe::Settings wire;
  wire.base_url = settings.url;
  wire.secret_key_file = settings.secret_key_file;
  wire.ca_file = settings.ca;
  const Result<std::string> key = stripe::read_secret_key(wire.secret_key_file);
  if (!key) return fail(key.error());
  Loop loop;
  http::Client http{loop};
  SystemClock clock;
  SystemRandom random;
  stripe::Client client(wire, *key, stripe::on_loop(loop, http), clock, random);
  Result<std::vector<payments::ProviderBook>> books = fail(Code::unavailable, "no answer");
  loop.post([&] {
    payments::list_provider(client, 0, [&](Result<std::vector<payments::ProviderBook>> listed) {
      books = std::move(listed);
      loop.stop();
    });
  });
  loop.run();
  return books;
}

}  // namespace trayline::audit
