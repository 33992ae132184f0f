// Inside of the facade: what its operations share. Not for other modules.
#pragma once
#include <memory>
#include <string>

#include "cloud/accounts/exchange.hpp"
#include "cloud/accounts/facade.hpp"
#include "cloud/accounts/model.hpp"
#include "lib/auth/throttle.hpp"
#include "lib/auth/token.hpp"

namespace trayline::accounts {

struct Facade::State : std::enable_shared_from_this<Facade::State> {
  explicit State(FacadeParts p);

  // One request, decoded. Operations run on the loop's thread.
  struct Call {
    Json in;
    std::string peer;
    ExchangePtr exchange;
  };
  using Operation = void (State::*)(const Call&);
  static Operation find(std::string_view operation);
  void handle(http::Request request, http::ResponderPtr responder);

  // sign_up.cpp
  void sign_up(const Call& call);
  void confirm_sign_up(const Call& call);
  void resend_confirmation_code(const Call& call);
  // sign_in.cpp
  void initiate_auth(const Call& call);
  void sign_in_by_password(const Call& call, const Client& client, const Json& parameters);
  void refresh(const Call& call, const std::string& client, const std::string& token);
  void get_tokens_from_refresh_token(const Call& call);
  // sessions.cpp
  void get_user(const Call& call);
  void global_sign_out(const Call& call);
  void revoke_token(const Call& call);

  // The member ClientId as a client of the pool.
  OrFailure<Client> client(const Json& in) const;
  // Refuses the call and returns false when the bucket is empty.
  bool within(auth::Throttle& throttle, const std::string& key, const Call& call);
  OrFailure<auth::Claims> signed_in(const Json& in);
  // Runs job on a worker, or refuses the call.
  void on_worker(const Call& call, std::function<void(store::Session&)> job);
  // Sends a message to the tick and forwards its answer; body: of a success (null: the tick's).
  void ask(const ExchangePtr& exchange, wire::accounts::In message, Json body = nullptr);
  void post(wire::accounts::In message);

  FacadeParts parts;
  auth::Verifier verifier;
  auth::Throttle sign_in_per_account;
  auth::Throttle sign_in_per_address;
  auth::Throttle sign_up_per_address;
  auth::Throttle codes_per_account;

  // How far revocations have been read; the loop's thread.
  std::int64_t revoked_after_ms = -1;
  bool reading_revocations = false;
  bool revocations_again = false;
  void read_revocations();
  void took_revocations(const std::vector<std::pair<std::string, std::int64_t>>& rows, bool read);
};

}  // namespace trayline::accounts
