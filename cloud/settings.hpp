// cloud.toml: where everything outside is. Secrets are files.
#pragma once
#include <string>
#include <vector>

#include "cloud/network_settings.hpp"
#include "cloud/news_settings.hpp"
#include "cloud/store_settings.hpp"
#include "lib/base/result.hpp"
#include "lib/config/config.hpp"

namespace trayline::cloud {

struct PaymentsSettings {
  std::string url = "https://api.stripe.com";
  std::string app_url;                                   // as apps reach the provider; empty: url
  std::string script_url = "https://js.stripe.com/v3/";  // its card element, for the web pages
  std::string secret_key_file, publishable_key_file;
  std::vector<std::string> webhook_secret_files;  // two while one is replaced
  std::string ca;                                 // a private authority of the provider's
  std::uint32_t compare_hour =
      4;  // of the site's clock: the books are compared with the provider's
  static void describe(auto& member, auto& self) {
    member.defaulted("url", self.url);
    member.defaulted("app_url", self.app_url);
    member.defaulted("script_url", self.script_url);
    member("secret_key_file", self.secret_key_file);
    member("publishable_key_file", self.publishable_key_file);
    member("webhook_secret_files", self.webhook_secret_files);
    member.defaulted("ca", self.ca);
    member.defaulted("compare_hour", self.compare_hour);
  }
};
inline constexpr std::uint32_t kHourMost = 23;
inline constexpr std::int64_t kCustomerOpenMost = 1'000'000;

struct AccountsSettings {
  std::string pool_id = "tl-local-1_TrayPool1";
  std::string client_id = "trayline-app";
  std::string issuer;    // empty: <public_url>/<pool_id>
  std::string mail_url;  // codes are POSTed there as JSON; empty: printed on the console
  // Tokens of an issuer elsewhere instead of our own: its key document.
  std::string jwks_url;
  // User names, or confirmed e-mail addresses, of accounts that are staff.
  std::vector<std::string> staff;
  static void describe(auto& member, auto& self) {
    member.defaulted("pool_id", self.pool_id);
    member.defaulted("client_id", self.client_id);
    member.defaulted("issuer", self.issuer);
    member.defaulted("mail_url", self.mail_url);
    member.defaulted("jwks_url", self.jwks_url);
    member.defaulted("staff", self.staff);
  }
};

struct OrdersSettings {
  config::Duration ttl{std::chrono::hours(4)};
  config::Duration match_window{std::chrono::minutes(30)};
  config::Duration basket_ttl{std::chrono::minutes(3)};  // a tray waits so long for its customer
  config::Duration code_life{std::chrono::minutes(2)};   // of a customer's own code
  std::int64_t customer_open_max = 20;  // open orders of a customer at a site; 1 to 1,000,000
  static void describe(auto& member, auto& self) {
    member.defaulted("basket_ttl", self.basket_ttl);
    member.defaulted("code_life", self.code_life);
    member.defaulted("customer_open_max", self.customer_open_max);
    member.defaulted("ttl", self.ttl);
    member.defaulted("match_window", self.match_window);
  }
};

struct Settings {
  std::string env = "local";
  std::string data_dir;    // cloud.db, evidence/, keys/
  std::string store_file;  // store.toml
  StoreSettings store;
  ListenSettings listen;
  BrokerSettings broker;
  PaymentsSettings payments;
  AccountsSettings accounts;
  PushSettings push;
  WebhooksSettings webhooks;
  OrdersSettings orders;
  static void describe(auto& member, auto& self) {
    member.defaulted("env", self.env);
    member("data_dir", self.data_dir);
    member("store_file", self.store_file);
    member.defaulted("store", self.store);
    member.defaulted("listen", self.listen);
    member.defaulted("broker", self.broker);
    member("payments", self.payments);
    member.defaulted("accounts", self.accounts);
    member.defaulted("push", self.push);
    member.defaulted("webhooks", self.webhooks);
    member.defaulted("orders", self.orders);
  }
  void validate(config::Complaints& wrong) const;
};

// Paths count from the file's folder. The error names file, line and column.
Result<Settings> load_settings(const std::string& path);

}  // namespace trayline::cloud
