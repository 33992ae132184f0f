#include "lib/bus/tls.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <cstring>

namespace trayline::bus {
namespace {

constexpr std::size_t kRecordBytesMax = 16 * 1024;  // RFC 8446, 5.1

// The first thing that OpenSSL complains of on this thread.
std::string reason() {
  const unsigned long code = ::ERR_peek_error();
  if (ERR_SYSTEM_ERROR(code)) return std::strerror(ERR_GET_REASON(code));
  const char* text = ::ERR_reason_error_string(code);
  return text == nullptr ? "unknown reason" : text;
}

tl::unexpected<Error> broken(std::string_view what) {
  return fail(Code::unavailable, fmt::format("{}: {}", what, reason()));
}
tl::unexpected<Error> unusable(std::string_view what, const std::string& file) {
  return fail(Code::unavailable, fmt::format("{} \"{}\" cannot be used: {}", what, file, reason()));
}

// A key that needs a password is refused; by default OpenSSL would ask at the terminal.
int no_password(char*, int, int, void*) { return -1; }

}  // namespace

struct Tls::State {
  std::string host;
  std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)> context{::SSL_CTX_new(::TLS_client_method()),
                                                              &::SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&::SSL_free)> ssl{nullptr, &::SSL_free};
  BIO* in = nullptr;  // both belong to ssl
  BIO* out = nullptr;

  Result<void> read_files(const MqttConfig& config) {
    SSL_CTX* c = context.get();
    if (::SSL_CTX_load_verify_file(c, config.ca_file.c_str()) != 1)
      return unusable("CA certificate", config.ca_file);
    if (config.cert_file.empty()) return {};
    ::SSL_CTX_set_default_passwd_cb(c, no_password);
    if (::SSL_CTX_use_certificate_chain_file(c, config.cert_file.c_str()) != 1)
      return unusable("client certificate", config.cert_file);
    if (::SSL_CTX_use_PrivateKey_file(c, config.key_file.c_str(), SSL_FILETYPE_PEM) != 1)
      return unusable("client key", config.key_file);
    return {};
  }

  Result<void> prepare() {
    ssl.reset(::SSL_new(context.get()));
    in = ::BIO_new(::BIO_s_mem());
    out = ::BIO_new(::BIO_s_mem());
    if (!ssl || in == nullptr || out == nullptr) {
      ::BIO_free(in);
      ::BIO_free(out);
      return broken("TLS cannot start");
    }
    ::SSL_set_bio(ssl.get(), in, out);
    ::SSL_set_connect_state(ssl.get());
    ::SSL_set_verify(ssl.get(), SSL_VERIFY_PEER, nullptr);
    if (::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(ssl.get()), host.c_str()) == 1) return {};
    if (::SSL_set1_host(ssl.get(), host.c_str()) != 1 ||
        SSL_set_tlsext_host_name(ssl.get(), host.c_str()) != 1)
      return broken("no host name for TLS: " + host);
    return {};
  }

  // What a call that did not succeed means: more has to come, or the end.
  Result<void> judge(int result) {
    const int error = ::SSL_get_error(ssl.get(), result);
    if (error == SSL_ERROR_WANT_READ) return {};
    if (error == SSL_ERROR_ZERO_RETURN)
      return fail(Code::unavailable, "the broker closed the connection");
    if (const long verdict = ::SSL_get_verify_result(ssl.get()); verdict != X509_V_OK)
      return fail(Code::unavailable,
                  fmt::format("the broker's certificate is refused: {}; see that ca_file is of its "
                              "authority and that it names {}",
                              ::X509_verify_cert_error_string(verdict), host));
    return broken("TLS failed");
  }
};

Tls::Tls(std::unique_ptr<State> state) : state_(std::move(state)) {}
Tls::~Tls() = default;

Result<std::unique_ptr<Tls>> Tls::open(const MqttConfig& config) {
  ::ERR_clear_error();
  auto state = std::make_unique<State>();
  state->host = config.host;
  if (!state->context || SSL_CTX_set_min_proto_version(state->context.get(), TLS1_2_VERSION) != 1)
    return broken("TLS cannot start");
  if (auto read = state->read_files(config); !read) return fail(read.error());
  if (auto ready = state->prepare(); !ready) return fail(ready.error());
  return std::unique_ptr<Tls>(new Tls(std::move(state)));
}

Result<void> Tls::take(std::string_view wire, std::string& plain) {
  ::ERR_clear_error();
  SSL* const ssl = state_->ssl.get();
  if (!wire.empty() && ::BIO_write(state_->in, wire.data(), static_cast<int>(wire.size())) <= 0)
    return broken("TLS has no memory");
  if (::SSL_is_init_finished(ssl) == 0) {
    if (const int done = ::SSL_do_handshake(ssl); done != 1) return state_->judge(done);
  }
  for (;;) {
    char record[kRecordBytesMax];
    const int size = ::SSL_read(ssl, record, sizeof record);
    if (size <= 0) return state_->judge(size);
    plain.append(record, static_cast<std::size_t>(size));
  }
}

Result<void> Tls::give(std::string& plain, std::string& wire) {
  ::ERR_clear_error();
  SSL* const ssl = state_->ssl.get();
  if (!plain.empty() && ::SSL_is_init_finished(ssl) == 1) {
    std::size_t written = 0;
    if (::SSL_write_ex(ssl, plain.data(), plain.size(), &written) != 1) return broken("TLS failed");
    plain.clear();  // memory takes all of it
  }
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(state_->out, &bytes);
  if (size > 0) wire.append(bytes, static_cast<std::size_t>(size));
  static_cast<void>(BIO_reset(state_->out));
  return {};
}

}  // namespace trayline::bus
