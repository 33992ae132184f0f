// What payments asks of Stripe, in our words: sends the calls of calls.hpp and reads the answers.
// Belongs to the loop's thread.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "cloud/payments/stripe/calls.hpp"
#include "lib/base/result.hpp"

namespace trayline::stripe {

// How a call ended without success.
struct Failure {
  enum class Kind {
    declined,         // the card's issuer said no (402); another attempt is a new key
    needs_customer,   // authentication_required: the customer must confirm in the app
    refused,          // the request does not fit the state, or is wrong: look at intent
    missing,          // no such object
    misconfigured,    // the key is refused
    unknown_outcome,  // read it back
    unavailable,      // surely nothing happened
    exhausted,        // surely nothing happened, too many calls
  };
  Kind kind = Kind::unavailable;
  ProviderError error;
  std::optional<Intent> intent;  // as it stands now, where the answer told
};
template <class T>
using Outcome = tl::expected<T, Failure>;

// Sends the calls and reads the answers.
class Provider {
 public:
  template <class T>
  using Done = std::function<void(Outcome<T>)>;

  explicit Provider(Client& client) : client_(client) {}

  void create_customer(const UserId& user, std::string key, Done<std::string> done);
  void create_ephemeral_key(const std::string& customer, std::string sdk_version, std::string key,
                            Done<EphemeralKey> done);
  void create_setup_intent(const std::string& customer, std::string key, Done<SetupIntent> done);
  void create_intent(const NewIntent& intent, std::string key, Done<Intent> done);
  void confirm(const std::string& intent, bool off_session, std::string key, Done<Intent> done);
  void capture(const std::string& intent, std::int64_t amount_minor, std::string key,
               Done<Intent> done);
  void cancel(const std::string& intent, CancelReason reason, std::string key, Done<Intent> done);
  void increment(const std::string& intent, std::int64_t amount_minor, std::string key,
                 Done<Intent> done);
  void refund(const NewRefund& refund, std::string key, Done<Refund> done);
  void detach(const std::string& method, std::string key, Done<CardMethod> done);
  void read_intent(const std::string& intent, Done<Intent> done);
  // The intent of this order and attempt among the customer's since then, for a create whose reply
  // was lost. missing where there is none.
  void find_intent(const NewIntent& intent, std::int64_t created_from_s, Done<Intent> done);
  // The refund of this intent that carries our id; missing where there is none.
  void find_refund(const NewRefund& refund, Done<Refund> done);

 private:
  Client& client_;
};

}  // namespace trayline::stripe
