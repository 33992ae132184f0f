// Evidence as decisions see it: which pictures are stored, and signed addresses for those that are
// not. Pure values and functions; service.cpp hands them to the host.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "lib/base/clock.hpp"
#include "lib/host/service.hpp"
#include "lib/wire/evidence.hpp"

namespace trayline::evidence {

inline constexpr std::size_t kPictureBytesMax = 8 * 1024 * 1024;
inline constexpr std::size_t kHashesMax = 8;  // of one acknowledgement

struct Settings {
  std::string env;         // of this cloud, part of every topic
  std::string public_url;  // where devices reach the API, e.g. "https://api.example.org"
  std::string upload_key;  // signs addresses of uploads; secret
  Millis upload_ttl{24 * 60 * 60 * 1000};  // an address is good for that long
};

using Snapshot = std::set<std::string>;  // hashes of the batch that are stored

struct Decision {
  std::optional<wire::evidence::Stored> stored;  // a new row
  host::Output out;
};

// The acknowledgement, published, with an address for each picture that is not stored. What is no
// hash is left out.
Decision decide_acknowledge(const Snapshot& snapshot, const Settings& settings,
                            const wire::evidence::Acknowledge& acknowledge, Time now);
// Answers the request: 201, or 200 for a picture that was stored before.
Decision decide_stored(const Snapshot& snapshot, const wire::evidence::Stored& stored,
                       std::uint64_t request);

// 64 lower-case hex digits.
bool is_hash(std::string_view text);
// <public_url>/evidence/<hash>?expires=<unix s>&signature=<hex>.
wire::Upload upload_of(const Settings& settings, const std::string& hash, Time now);
// Of an address as it came: permission_denied where the signature does not fit or its time is over.
Result<void> check_upload(const Settings& settings, const std::string& hash,
                          const std::string& expires, const std::string& signature, Time now);

}  // namespace trayline::evidence
