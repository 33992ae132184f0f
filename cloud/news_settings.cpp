#include "cloud/news_settings.hpp"

#include <algorithm>
#include <set>

#include "cloud/webhooks/webhooks.hpp"

namespace trayline::cloud {
namespace {

constexpr std::size_t kEndpointIdMax = 40;
constexpr std::size_t kUrlBytesMax = 2'000;
constexpr std::size_t kSecretsMax = 4;

bool is_endpoint_id(const std::string& id) {
  return !id.empty() && id.size() <= kEndpointIdMax &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

std::string known_events() {
  std::string all;
  for (const std::string_view type : wire::webhooks::kTypes) {
    all += (all.empty() ? "" : ", ") + std::string(type);
  }
  return all;
}

}  // namespace

void WebhookEndpoint::validate(config::Complaints& wrong) const {
  if (!is_endpoint_id(id)) wrong("id", "must be [a-z0-9-]{1,40}");
  if (!url.starts_with("http://") && !url.starts_with("https://")) {
    wrong("url", "must begin with http:// or https://");
  }
  if (url.size() > kUrlBytesMax) wrong("url", "must be 2000 bytes at most");
  // A name and password would stand in logs of others; the signature proves who sends.
  if (url.substr(0, url.find('/', url.find("//") + 2)).find('@') != std::string::npos) {
    wrong("url", "must not hold a user name or password");
  }
  if (secret_files.empty() || secret_files.size() > kSecretsMax) {
    wrong("secret_files", "must name 1 to 4 files");
  }
  for (const std::string& event : events) {
    const auto& types = wire::webhooks::kTypes;
    if (std::find(types.begin(), types.end(), event) == types.end()) {
      wrong("events", "there is no event \"" + event + "\"; there are " + known_events());
    }
  }
}

void WebhooksSettings::validate(config::Complaints& wrong) const {
  if (endpoint.size() > webhooks::kEndpointsMax) {
    wrong("endpoint", "must be " + std::to_string(webhooks::kEndpointsMax) + " at most");
  }
  std::set<std::string> ids;
  for (const WebhookEndpoint& one : endpoint) {
    if (!ids.insert(one.id).second) wrong("endpoint", "two have the id \"" + one.id + "\"");
  }
}

}  // namespace trayline::cloud
