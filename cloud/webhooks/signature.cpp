#include "cloud/webhooks/signature.hpp"

#include "lib/base/digest.hpp"

namespace trayline::webhooks {
namespace {

constexpr std::string_view kPrefix = "whsec_";

}  // namespace

Result<Bytes> read_secret(std::string_view text) {
  const Error wrong{Code::invalid_argument,
                    "a webhook secret is whsec_ and the base64 of 24 to 64 random bytes, e.g. from "
                    "echo whsec_$(openssl rand -base64 32)"};
  if (!text.starts_with(kPrefix)) return fail(wrong);
  Result<Bytes> key = from_base64(text.substr(kPrefix.size()));
  if (!key || key->size() < kSecretBytesMin || key->size() > kSecretBytesMax) return fail(wrong);
  return key;
}

std::string seconds_of(Time at) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
}

std::string sign(const std::vector<Bytes>& keys, std::string_view id, Time at,
                 std::string_view body) {
  const std::string content = std::string(id) + "." + seconds_of(at) + "." + std::string(body);
  std::string all;
  for (const Bytes& key : keys) {
    if (!all.empty()) all += ' ';
    all += "v1," + to_base64(hmac_sha256(key, as_bytes(content)));
  }
  return all;
}

}  // namespace trayline::webhooks
