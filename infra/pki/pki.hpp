// Our own certificate authority: P-256 keys, X.509 v3 certificates (RFC 5280) for devices, the
// broker and the cloud's hosts. Files only; no revocation list yet. Values, thread-compatible.
#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "lib/base/clock.hpp"
#include "lib/base/result.hpp"

namespace trayline::pki {

// Every certificate ends before its authority does. Keys are PKCS#8 PEM with mode 0600. Files are
// written beside their place and renamed, so that no reader sees half of one.
inline constexpr std::chrono::days kCaLife{3650};
inline constexpr std::chrono::days kDeviceLife{90};
inline constexpr std::chrono::days kServerLife{365};

// A folder with ca.pem and ca.key.
struct Ca {
  std::string dir;
  std::string cert_file() const { return dir + "/ca.pem"; }
  std::string key_file() const { return dir + "/ca.key"; }
};

// Makes the folder, key and self-signed certificate. conflict where there is one already.
Result<void> create_ca(const std::string& dir, const Clock& clock);

// Each writes out_dir/cert.pem and out_dir/key.pem (a new key), making the folder.
// not_found: no authority in its folder (the text says what makes it); conflict: a key is there
// already; invalid_argument: the name is not IoT-<env>-<core> or [a-z0-9-]{1,40};
// unavailable: the disk says no.

// For a core: common name = resource, client authentication only.
Result<void> create_device(const Ca& ca, const std::string& resource, const std::string& out_dir,
                           const Clock& clock);
// For the broker: server authentication, with these host names and addresses.
Result<void> create_server(const Ca& ca, const std::string& out_dir, const Clock& clock,
                           const std::vector<std::string>& hosts = {"localhost", "127.0.0.1"});
// For a host of the cloud: client authentication, common name "cloud-<host>".
Result<void> create_cloud_host(const Ca& ca, const std::string& host, const std::string& out_dir,
                               const Clock& clock);

// What a certificate says, for doctor and tests. not_found or invalid_argument with the file.
struct CertificateInfo {
  std::string common_name;
  std::string issuer;
  Time not_before;
  Time not_after;
};
Result<CertificateInfo> read_certificate(const std::string& file);
// That the authority signed it, for this purpose ("client" or "server"), and both are in their
// time; the error says why not.
Result<void> verify_certificate(const Ca& ca, const std::string& cert_file,
                                const std::string& purpose, const Clock& clock);

}  // namespace trayline::pki
