// Calls to the Stripe API: form out, JSON in, repeated as retry.hpp says, always under one key.
// Knows no order. Belongs to the loop's thread.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cloud/payments/stripe/breaker.hpp"
#include "cloud/payments/stripe/retry.hpp"
#include "lib/base/clock.hpp"
#include "lib/base/json.hpp"
#include "lib/base/random.hpp"
#include "lib/base/result.hpp"
#include "lib/http/client.hpp"
#include "lib/loop/loop.hpp"

namespace trayline::stripe {

struct Settings {
  std::string base_url = "https://api.stripe.com";  // without a slash at the end
  std::string secret_key_file = {};                 // holds sk_..., white space around is dropped
  std::string api_version = "2023-08-16";           // sent as Stripe-Version
  std::string ca_file = {};                         // for https with a private CA; empty: system's
  Millis timeout{8'000};                            // of one try
  RetryPolicy retry = {};
  BreakerPolicy breaker = {};
  int rate_limited_retries = 20;  // at once; one more every second
  std::size_t in_flight_max = 1024;
};
// The key in the file, which nobody else may read (mode 0600): errors as config::read_secret, and
// invalid_argument where it is no secret key.
Result<std::string> read_secret_key(const std::string& file);

using Params = std::vector<std::pair<std::string, std::string>>;
// "metadata[order_id]=o%201&..." : brackets literal, the rest percent-encoded (RFC 3986).
std::string encode_form(const Params& params);

struct Call {
  std::string method;            // GET POST
  std::string path;              // "/v1/payment_intents"
  Params params;                 // of the query, or of the form
  std::string idempotency_key;   // of every POST; <= 255 characters
  std::string api_version = {};  // empty: the settings'
};

struct Reply {
  int status = 0;
  Json body;
  bool replayed = false;
  std::string request_id;
};

// The error member of a 4xx reply.
struct ProviderError {
  std::string type;          // card_error, invalid_request_error, idempotency_error, api_error
  std::string code;          // card_declined, resource_missing ...
  std::string decline_code;  // insufficient_funds ...
  std::string message;       // the provider's words, for logs
  bool operator==(const ProviderError&) const = default;
};
// None for a 2xx reply; a 4xx without a readable error has the type "unreadable".
std::optional<ProviderError> error_of(const Reply& reply);
ProviderError decode_error(const Json& error);

// The way out. on_loop() makes the real one; tests and the simulator make their own.
struct Outside {
  std::function<void(http::ClientRequest, http::Client::Done)> send;
  std::function<void(Millis, std::function<void()>)> after;
  // The breaker opened (with the reason) or closed; may be empty.
  std::function<void(bool open, const std::string& why)> breaker = {};
};
// Loop and client must outlive it.
Outside on_loop(Loop& loop, http::Client& client);

class Client {
 public:
  // An answer of the provider (2xx or a definitive 4xx), or unknown_outcome, unavailable (also
  // while the breaker is open), exhausted as in retry.hpp. Called once; inside call() only where
  // `send` answers at once.
  using Done = std::function<void(Result<Reply>)>;

  // clock and random must outlive it.
  Client(Settings settings, std::string secret_key, Outside outside, const Clock& clock,
         Random& random);
  ~Client();  // open calls are never answered
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void call(Call call, Done done);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace trayline::stripe
