// A customer's phone: signs up and in on the Cognito wire, saves a card at the payment provider,
// orders, and follows the order's live stream. Blocks; one thread, beside the loop's.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "lib/base/json.hpp"
#include "lib/base/random.hpp"
#include "lib/base/result.hpp"
#include "lib/loop/loop.hpp"
#include "lib/wire/prediction.hpp"

namespace trayline::up {

// Where the phone finds everything.
struct PhoneSettings {
  std::string cloud_url;
  std::string client_id = "trayline-app";
  std::string site;
};

// A request and what came back; the body is null where it is no JSON.
struct Reply {
  int status = 0;
  Json body;
};
struct Ask {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
};
Result<Reply> ask(const Ask& what);
// The body of a 2xx reply; anything else is an error with what it said.
Result<Json> ask_for(const Ask& what);

struct Account {
  std::string username;
  std::string password;
};

class Customer {
 public:
  // The code that was sent to a user, once it was.
  using CodeFor = std::function<std::optional<std::string>(const std::string& username)>;
  using Until = std::function<bool(const std::function<bool()>&)>;

  // With a user name and a password of its own.
  Customer(Loop& loop, Random& random, PhoneSettings settings, const std::string& name);
  Customer(Loop& loop, Random& random, PhoneSettings settings, Account account);
  ~Customer();
  Customer(const Customer&) = delete;
  Customer& operator=(const Customer&) = delete;

  Result<void> sign_up(const CodeFor& code_for, const Until& until);
  // For an account that was signed up before.
  Result<void> sign_in();
  // kind: "visa", or "declined" (it can be saved and declines every charge). The number goes to
  // the provider alone.
  Result<void> save_card(const std::string& kind, const Until& until);
  Result<void> order(const std::vector<wire::SkuCount>& items);
  Result<void> cancel();

  const std::string& order_id() const { return order_id_; }
  // What its requests are authorised with; empty before sign_up().
  const std::string& token() const { return token_; }
  // The newest order as the API tells it.
  Result<Json> read_order() const;
  // Its state as the live stream last told it; empty before the first word.
  std::string streamed_state() const;

 private:
  struct Live;
  Result<Json> accounts(const std::string& operation, const Json& body) const;
  Result<Json> api(const std::string& method, const std::string& path, const std::string& key,
                   const Json& body) const;
  std::string fresh_key();

  Loop& loop_;
  Random& random_;
  PhoneSettings settings_;
  std::string username_;
  std::string password_;
  std::string token_;
  std::string order_id_;
  std::shared_ptr<Live> live_;
};

}  // namespace trayline::up
