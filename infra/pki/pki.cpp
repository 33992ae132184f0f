#include "infra/pki/pki.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <ctime>
#include <filesystem>
#include <memory>

#include "infra/pki/files.hpp"
#include "lib/base/check.hpp"
#include "lib/base/ids.hpp"

namespace trayline::pki {
namespace {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Cert = std::unique_ptr<X509, Freed<X509_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;

// The clock of a device may be behind the one that signs.
constexpr std::chrono::hours kBackdated{24};

struct Issue {
  std::string common_name;
  std::chrono::days life;
  std::string usage;   // extendedKeyUsage; empty: an authority
  std::string alt;     // subjectAltName; may be empty
  const X509* issuer;  // null: self-signed
  EVP_PKEY* issuer_key;
};

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  check(PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
        "a key as PEM");
  return text_of(bio.get());
}

std::string pem_of(X509* cert) {
  const Bio bio(BIO_new(BIO_s_mem()));
  check(PEM_write_bio_X509(bio.get(), cert) == 1, "a certificate as PEM");
  return text_of(bio.get());
}

std::string name_of(const X509_NAME* name) {
  std::array<char, 256> text{};
  X509_NAME_get_text_by_NID(const_cast<X509_NAME*>(name), NID_commonName, text.data(),
                            static_cast<int>(text.size()));
  return text.data();
}

Time time_of(const ASN1_TIME* time) {
  std::tm parts{};
  ASN1_TIME_to_tm(time, &parts);
  return Time(std::chrono::seconds(::timegm(&parts)));
}

void set_time(ASN1_TIME* to, Time time) {
  ASN1_TIME_set(to, static_cast<std::time_t>(to_ms(time) / 1000));
}

void add_extension(X509* cert, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, cert, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  check(extension != nullptr, "a certificate extension");
  X509_add_ext(cert, extension, -1);
  X509_EXTENSION_free(extension);
}

void set_name(X509* cert, const std::string& common_name) {
  X509_NAME* name = X509_get_subject_name(cert);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common_name.data()),
                             static_cast<int>(common_name.size()), -1, 0);
}

void set_serial(X509* cert) {
  std::array<unsigned char, 16> bytes{};
  check(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1, "random bytes");
  bytes[0] &= 0x7f;  // positive (RFC 5280 4.1.2.2)
  BIGNUM* number = BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert));
  BN_free(number);
}

Result<Cert> issue(const Issue& what, EVP_PKEY* key, Time now) {
  Cert cert(X509_new());
  const bool authority = what.usage.empty();
  Time ends = now + what.life;
  if (what.issuer != nullptr) {
    // A leaf that outlives its authority is refused one day by everybody at once.
    const Time ca_ends = time_of(X509_get0_notAfter(what.issuer));
    if (ca_ends <= now) return fail(Code::invalid_argument, "the authority has expired");
    ends = std::min(ends, ca_ends - std::chrono::seconds(1));
  }
  X509_set_version(cert.get(), X509_VERSION_3);
  set_serial(cert.get());
  set_time(X509_getm_notBefore(cert.get()), now - kBackdated);
  set_time(X509_getm_notAfter(cert.get()), ends);
  X509_set_pubkey(cert.get(), key);
  set_name(cert.get(), what.common_name);
  X509* issuer = what.issuer != nullptr ? const_cast<X509*>(what.issuer) : cert.get();
  X509_set_issuer_name(cert.get(), X509_get_subject_name(issuer));
  add_extension(cert.get(), issuer, NID_basic_constraints,
                authority ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE");
  add_extension(cert.get(), issuer, NID_key_usage,
                authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
  add_extension(cert.get(), issuer, NID_subject_key_identifier, "hash");
  if (!authority) {
    add_extension(cert.get(), issuer, NID_authority_key_identifier, "keyid:always");
    add_extension(cert.get(), issuer, NID_ext_key_usage, what.usage);
  }
  if (!what.alt.empty()) add_extension(cert.get(), issuer, NID_subject_alt_name, what.alt);
  check(X509_sign(cert.get(), what.issuer_key, EVP_sha256()) > 0, "signing a certificate");
  return cert;
}

Result<Cert> load_cert(const std::string& file) {
  const Result<std::string> text = read_file(file);
  if (!text) return fail(text.error());
  const Bio bio(BIO_new_mem_buf(text->data(), static_cast<int>(text->size())));
  Cert cert(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  if (!cert) return fail(Code::invalid_argument, file + " is no certificate");
  return cert;
}

Result<Key> load_key(const std::string& file) {
  const Result<std::string> text = read_file(file);
  if (!text) return fail(text.error());
  const Bio bio(BIO_new_mem_buf(text->data(), static_cast<int>(text->size())));
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  if (!key) return fail(Code::invalid_argument, file + " is no private key");
  return key;
}

Result<void> make_folder(const std::string& dir) {
  std::error_code error;
  std::filesystem::create_directories(dir, error);
  if (error) return fail(Code::unavailable, "cannot make " + dir + ": " + error.message());
  return {};
}

Result<void> write_pair(const std::string& cert_file, X509* cert, const std::string& key_file,
                        EVP_PKEY* key) {
  // The certificate first: a key without certificate would count as "there already".
  if (auto done = write_file(cert_file, pem_of(cert), 0644); !done) return done;
  return write_file(key_file, pem_of(key), 0600);
}

struct Leaf {
  std::string common_name;
  std::chrono::days life;
  std::string usage;
  std::string alt;
};

Result<void> create_leaf(const Ca& ca, const Leaf& leaf, const std::string& out_dir,
                         const Clock& clock) {
  if (std::filesystem::exists(out_dir + "/key.pem")) {
    return fail(Code::conflict, out_dir + "/key.pem exists already");
  }
  const Result<Cert> issuer = load_cert(ca.cert_file());
  const Result<Key> issuer_key = load_key(ca.key_file());
  if (!issuer) return fail(issuer.error().code, "no authority: " + issuer.error().detail);
  if (!issuer_key)
    return fail(issuer_key.error().code, "no authority: " + issuer_key.error().detail);
  if (auto made = make_folder(out_dir); !made) return made;
  const Key key(EVP_EC_gen("P-256"));
  const Result<Cert> cert =
      issue({leaf.common_name, leaf.life, leaf.usage, leaf.alt, issuer->get(), issuer_key->get()},
            key.get(), clock.now());
  if (!cert) return fail(cert.error());
  return write_pair(out_dir + "/cert.pem", cert->get(), out_dir + "/key.pem", key.get());
}

bool is_resource(std::string_view name) {
  // IoT-<env>-<core>, as lib/wire splits it; said again here because pki stands on base alone.
  if (!name.starts_with("IoT-")) return false;
  const std::string_view rest = name.substr(4);
  const std::size_t hyphen = rest.find('-');
  return hyphen != std::string_view::npos && hyphen <= 16 && is_core_id(rest.substr(0, hyphen)) &&
         is_core_id(rest.substr(hyphen + 1));
}

bool is_address(const std::string& host) {
  return host.find_first_not_of("0123456789.") == std::string::npos ||
         host.find(':') != std::string::npos;
}

}  // namespace

Result<void> create_ca(const std::string& dir, const Clock& clock) {
  const Ca ca{dir};
  if (std::filesystem::exists(ca.key_file())) {
    return fail(Code::conflict, ca.key_file() + " exists already");
  }
  if (auto made = make_folder(dir); !made) return made;
  const Key key(EVP_EC_gen("P-256"));
  const Result<Cert> cert =
      issue({"Trayline CA", kCaLife, "", "", nullptr, key.get()}, key.get(), clock.now());
  if (!cert) return fail(cert.error());
  return write_pair(ca.cert_file(), cert->get(), ca.key_file(), key.get());
}

Result<void> create_device(const Ca& ca, const std::string& resource, const std::string& out_dir,
                           const Clock& clock) {
  if (!is_resource(resource)) {
    return fail(Code::invalid_argument, "\"" + resource + "\" is not IoT-<env>-<core>");
  }
  return create_leaf(ca, {resource, kDeviceLife, "clientAuth", ""}, out_dir, clock);
}

Result<void> create_server(const Ca& ca, const std::string& out_dir, const Clock& clock,
                           const std::vector<std::string>& hosts) {
  std::string alt;
  for (const std::string& host : hosts) {
    // Host names end up in OpenSSL's extension notation: nothing but their own letters may.
    if (host.empty() || host.find_first_of(",;\n") != std::string::npos) {
      return fail(Code::invalid_argument, "\"" + host + "\" is no host name");
    }
    alt += (alt.empty() ? "" : ",") + std::string(is_address(host) ? "IP:" : "DNS:") + host;
  }
  if (alt.empty()) return fail(Code::invalid_argument, "a server without a name");
  return create_leaf(ca, {hosts.front(), kServerLife, "serverAuth", alt}, out_dir, clock);
}

Result<void> create_cloud_host(const Ca& ca, const std::string& host, const std::string& out_dir,
                               const Clock& clock) {
  if (!is_core_id(host)) {
    return fail(Code::invalid_argument, "\"" + host + "\" is no host: [a-z0-9-]{1,40}");
  }
  return create_leaf(ca, {"cloud-" + host, kServerLife, "clientAuth", ""}, out_dir, clock);
}

Result<CertificateInfo> read_certificate(const std::string& file) {
  const Result<Cert> cert = load_cert(file);
  if (!cert) return fail(cert.error());
  return CertificateInfo{
      name_of(X509_get_subject_name(cert->get())), name_of(X509_get_issuer_name(cert->get())),
      time_of(X509_get0_notBefore(cert->get())), time_of(X509_get0_notAfter(cert->get()))};
}

Result<void> verify_certificate(const Ca& ca, const std::string& cert_file,
                                const std::string& purpose, const Clock& clock) {
  const Result<Cert> root = load_cert(ca.cert_file());
  const Result<Cert> cert = load_cert(cert_file);
  if (!root) return fail(root.error());
  if (!cert) return fail(cert.error());
  const std::unique_ptr<X509_STORE, Freed<X509_STORE_free>> store(X509_STORE_new());
  const std::unique_ptr<X509_STORE_CTX, Freed<X509_STORE_CTX_free>> context(X509_STORE_CTX_new());
  X509_STORE_add_cert(store.get(), root->get());
  X509_STORE_CTX_init(context.get(), store.get(), cert->get(), nullptr);
  X509_STORE_CTX_set_purpose(
      context.get(), purpose == "server" ? X509_PURPOSE_SSL_SERVER : X509_PURPOSE_SSL_CLIENT);
  X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(context.get()),
                             static_cast<std::time_t>(to_ms(clock.now()) / 1000));
  if (X509_verify_cert(context.get()) == 1) return {};
  return fail(
      Code::invalid_argument,
      cert_file + ": " + X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())));
}

}  // namespace trayline::pki
