// cloud.toml: where everything outside is. Every endpoint and key is a setting; secrets are files.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "cloud/news_settings.hpp"
#include "lib/base/result.hpp"
#include "lib/config/config.hpp"

namespace trayline::cloud {

struct ListenSettings {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: any free one
  std::string public_url;     // as devices and apps reach it; empty: http://<address>:<port>
  std::vector<std::string> allow_origins;  // of browsers
  static void describe(auto& member, auto& self) {
    member.defaulted("address", self.address);
    member.defaulted("port", self.port);
    member.defaulted("public_url", self.public_url);
    member.defaulted("allow_origins", self.allow_origins);
  }
};

struct BrokerSettings {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8884;
  std::string client_id = "cloud-1";  // the certificate's common name
  std::string ca;                     // files; all empty: plain TCP
  std::string cert;
  std::string key;
  bool shared = true;  // the broker can divide messages between hosts ($share)
  static void describe(auto& member, auto& self) {
    member.defaulted("host", self.host);
    member.defaulted("port", self.port);
    member.defaulted("client_id", self.client_id);
    member.defaulted("ca", self.ca);
    member.defaulted("cert", self.cert);
    member.defaulted("key", self.key);
    member.defaulted("shared", self.shared);
  }
};

struct PaymentsSettings {
  std::string url = "https://api.stripe.com";
  std::string app_url;  // as apps reach the provider; empty: url
  std::string secret_key_file;
  std::string publishable_key_file;
  std::vector<std::string> webhook_secret_files;  // two while one is replaced
  std::string ca;                                 // a private authority of the provider's
  static void describe(auto& member, auto& self) {
    member.defaulted("url", self.url);
    member.defaulted("app_url", self.app_url);
    member("secret_key_file", self.secret_key_file);
    member("publishable_key_file", self.publishable_key_file);
    member("webhook_secret_files", self.webhook_secret_files);
    member.defaulted("ca", self.ca);
  }
};

struct AccountsSettings {
  std::string pool_id = "tl-local-1_TrayPool1";
  std::string client_id = "trayline-app";
  std::string issuer;    // empty: <public_url>/<pool_id>
  std::string mail_url;  // codes are POSTed there as JSON; empty: printed on the console
  // Tokens of an issuer elsewhere instead of our own: its key document.
  std::string jwks_url;
  static void describe(auto& member, auto& self) {
    member.defaulted("pool_id", self.pool_id);
    member.defaulted("client_id", self.client_id);
    member.defaulted("issuer", self.issuer);
    member.defaulted("mail_url", self.mail_url);
    member.defaulted("jwks_url", self.jwks_url);
  }
};

struct OrdersSettings {
  config::Duration ttl{std::chrono::hours(4)};
  config::Duration match_window{std::chrono::minutes(30)};
  static void describe(auto& member, auto& self) {
    member.defaulted("ttl", self.ttl);
    member.defaulted("match_window", self.match_window);
  }
};

struct Settings {
  std::string env = "local";
  std::string data_dir;    // cloud.db, evidence/, keys/
  std::string store_file;  // store.toml
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

// Relative paths count from the file's folder. The error names file, line and column.
Result<Settings> load_settings(const std::string& path);

}  // namespace trayline::cloud
