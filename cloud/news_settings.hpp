// Who is told of what happened: [push] and [[webhooks.endpoint]] of cloud.toml.
#pragma once
#include <string>
#include <vector>

#include "lib/config/config.hpp"

namespace trayline::cloud {

struct PushSettings {
  std::string endpoint_url;  // news are POSTed there; empty: written to the log
  static void describe(auto& member, auto& self) {
    member.defaulted("endpoint_url", self.endpoint_url);
  }
};

// A system of the operator's that is told of events.
struct WebhookEndpoint {
  std::string id;  // [a-z0-9-]{1,40}; a part of its deliveries' ids
  std::string url;
  std::vector<std::string> secret_files;  // each holds one whsec_...; two while one is replaced
  std::vector<std::string> events;        // e.g. "order.paid"; empty: all
  std::string ca;                         // a private authority of the receiver's
  static void describe(auto& member, auto& self) {
    member("id", self.id);
    member("url", self.url);
    member("secret_files", self.secret_files);
    member.defaulted("events", self.events);
    member.defaulted("ca", self.ca);
  }
  void validate(config::Complaints& wrong) const;
};

struct WebhooksSettings {
  std::vector<WebhookEndpoint> endpoint;
  static void describe(auto& member, auto& self) { member.defaulted("endpoint", self.endpoint); }
  void validate(config::Complaints& wrong) const;
};

}  // namespace trayline::cloud
