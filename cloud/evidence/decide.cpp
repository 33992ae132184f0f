// Which addresses an acknowledgement carries, and which of them are good. No files, no rows.
#include <algorithm>

#include "cloud/evidence/evidence.hpp"
#include "lib/base/digest.hpp"
#include "lib/wire/topics.hpp"

namespace trayline::evidence {
namespace {

// Hex HMAC-SHA-256 over "PUT\n<hash>\n<expires>".
std::string signature_of(const Settings& settings, const std::string& hash,
                         const std::string& expires) {
  const std::string text = "PUT\n" + hash + "\n" + expires;
  return to_hex(hmac_sha256(as_bytes(settings.upload_key), as_bytes(text)));
}

// Unix seconds as we write them, nothing else.
std::optional<std::int64_t> read_seconds(const std::string& text) {
  if (text.empty() || text.size() > 12 || text.front() == '0') return std::nullopt;
  std::int64_t seconds = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    seconds = seconds * 10 + (c - '0');
  }
  return seconds;
}

}  // namespace

bool is_hash(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

wire::Upload upload_of(const Settings& settings, const std::string& hash, Time now) {
  const std::int64_t seconds = to_ms(now + settings.upload_ttl) / 1000;
  const std::string expires = std::to_string(seconds);
  std::string base = settings.public_url;
  while (base.ends_with('/')) base.pop_back();
  return {hash,
          base + "/evidence/" + hash + "?expires=" + expires +
              "&signature=" + signature_of(settings, hash, expires),
          seconds * 1000};
}

Result<void> check_upload(const Settings& settings, const std::string& hash,
                          const std::string& expires, const std::string& signature, Time now) {
  const std::optional<std::int64_t> seconds = read_seconds(expires);
  if (!seconds || !equal_in_constant_time(signature, signature_of(settings, hash, expires))) {
    return fail(Code::permission_denied, "the signature does not fit");
  }
  if (to_ms(now) >= *seconds * 1000) {
    return fail(Code::permission_denied, "the address is too old");
  }
  return {};
}

Decision decide_acknowledge(const Snapshot& snapshot, const Settings& settings,
                            const wire::evidence::Acknowledge& acknowledge, Time now) {
  wire::Ack ack = acknowledge.ack;
  std::set<std::string> seen;
  for (const std::string& hash : acknowledge.hashes) {
    if (seen.size() == kHashesMax) break;
    if (!is_hash(hash) || !seen.insert(hash).second || snapshot.contains(hash)) continue;
    ack.uploads.push_back(upload_of(settings, hash, now));
  }
  Decision d;
  d.out.publish.push_back(
      {wire::down_topic({settings.env, acknowledge.core}, "agent", "acks"), to_json_text(ack)});
  return d;
}

Decision decide_stored(const Snapshot& snapshot, const wire::evidence::Stored& stored,
                       std::uint64_t request) {
  Decision d;
  const bool known = snapshot.contains(stored.hash);
  if (!known) d.stored = stored;
  if (request == 0) return d;
  host::Answer answer;
  answer.status = known ? 200 : 201;
  d.out.replies.push_back({request, std::move(answer)});
  return d;
}

}  // namespace trayline::evidence
