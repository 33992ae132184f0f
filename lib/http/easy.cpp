#include "lib/http/easy.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>

#include "lib/base/check.hpp"
#include "lib/http/wire.hpp"

namespace trayline::http {

namespace {

constexpr std::size_t header_bytes_max = 64 * 1024;
// Below the idle time of common servers (60 s and more), so that a connection that the other side
// is about to close is seldom taken.
constexpr long reuse_seconds_max = 50;

void start_curl() {
  static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  check(started, "libcurl starts");
}

// RFC 9110 9.2.2: what may be sent twice without asking.
bool is_idempotent(const std::string& method) {
  static constexpr std::array methods{"GET", "HEAD", "PUT", "DELETE", "OPTIONS"};
  return std::find(methods.begin(), methods.end(), method) != methods.end();
}

// Scheme and host: the rest of a URL may be a secret (a push endpoint, a signed address).
std::string origin_of(const std::string& url) {
  const auto host = url.find("//");
  if (host == url.npos) return "(no URL)";
  const auto end = std::min(url.find_first_of("/?#", host + 2), url.size());
  const auto at = url.substr(0, end).rfind('@');
  const auto begin = at == url.npos ? host + 2 : at + 1;
  return url.substr(0, host + 2) + url.substr(begin, end - begin);
}

}  // namespace

struct Easy::State {
  CURL* curl = curl_easy_init();
  curl_slist* headers = nullptr;
  ClientRequest request;
  Response response;
  std::size_t body_bytes_max = 0;
  std::size_t header_bytes = 0;
  std::function<void(std::string_view)> piece;
  bool too_large = false;
  bool would_repeat = false;
  std::array<char, CURL_ERROR_SIZE> error{};

  ~State() {
    curl_easy_cleanup(curl);
    curl_slist_free_all(headers);
  }

  template <class Value>
  void set(CURLoption option, Value value) {
    check(curl_easy_setopt(curl, option, value) == CURLE_OK, "libcurl knows the option");
  }

  long sent_bytes() const {
    long bytes = 0;
    curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &bytes);
    return bytes;
  }

  void set_method();
  void set_headers();
  bool take_header(std::string_view line);
  bool take_body(std::string_view bytes);

  // Called before the request goes out on a connection. A second time means that curl found a kept
  // connection dead and repeats the request (CURLOPT_PREREQFUNCTION; lib/transfer.c,
  // Curl_retry_request): right for a GET, but a POST may have been received.
  static int before_request(void* self, char*, char*, int, int) {
    auto& state = *static_cast<State*>(self);
    if (state.sent_bytes() == 0 || is_idempotent(state.request.method)) return CURL_PREREQFUNC_OK;
    state.would_repeat = true;
    return CURL_PREREQFUNC_ABORT;
  }
  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self) {
    return static_cast<State*>(self)->take_header({data, size}) ? size : 0;
  }
  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self) {
    return static_cast<State*>(self)->take_body({data, size}) ? size : 0;
  }
};

void Easy::State::set_method() {
  if (request.method == "HEAD") {
    return set(CURLOPT_NOBODY, 1L);
  }
  if (request.method != "GET" || !request.body.empty()) {
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(CURLOPT_POSTFIELDS, request.body.data());
  }
}

// curl's own Content-Type (a form's) and Expect (it waits a second for the answer) are left out.
void Easy::State::set_headers() {
  const auto append = [this](const std::string& line) {
    headers = curl_slist_append(headers, line.c_str());
    check(headers != nullptr, "there is memory for a header");
  };
  if (find_header(request.headers, "Content-Type") == nullptr) append("Content-Type:");
  if (find_header(request.headers, "Expect") == nullptr) append("Expect:");
  // "Name;" is how curl spells a header without a value.
  for (const auto& [name, value] : request.headers)
    append(value.empty() ? name + ";" : name + ": " + value);
  set(CURLOPT_HTTPHEADER, headers);
}

bool Easy::State::take_header(std::string_view line) {
  header_bytes += line.size();
  if (header_bytes > header_bytes_max) {
    too_large = true;
    return false;
  }
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  const auto colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    response.headers.clear();  // of a 1xx answer before this one
  } else if (colon != line.npos) {
    const auto name = line.substr(0, colon);
    auto value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
    while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
    response.headers.emplace_back(name, value);
  }
  return true;
}

bool Easy::State::take_body(std::string_view bytes) {
  if (piece) {
    piece(bytes);
    return true;
  }
  if (bytes.size() > body_bytes_max - response.body.size()) {
    too_large = true;
    return false;
  }
  response.body += bytes;
  return true;
}

Easy::Easy() {
  start_curl();
  state_ = std::make_unique<State>();
  check(state_->curl != nullptr, "there is memory for a transfer");
}
Easy::~Easy() = default;

void* Easy::handle() const { return state_->curl; }
void Easy::on_piece(std::function<void(std::string_view)> piece) {
  state_->piece = std::move(piece);
}
Response Easy::take_response() {
  long status = 0;
  curl_easy_getinfo(state_->curl, CURLINFO_RESPONSE_CODE, &status);
  state_->response.status = static_cast<int>(status);
  return std::move(state_->response);
}

Result<void> Easy::prepare(ClientRequest request, std::size_t body_bytes_max, bool total_timeout) {
  auto& s = *state_;
  if (!is_token(request.method)) return fail(Code::invalid_argument, "the method is not a token");
  if (!are_headers(request.headers))
    return fail(Code::invalid_argument, "a header is not a token and one line");
  if (!is_header_value(request.url) || request.url.find(' ') != request.url.npos)
    return fail(Code::invalid_argument, "the URL holds a space or control character");
  s.request = std::move(request);
  s.body_bytes_max = body_bytes_max;
  s.set(CURLOPT_ERRORBUFFER, s.error.data());
  s.set(CURLOPT_URL, s.request.url.c_str());
  s.set(CURLOPT_PROTOCOLS_STR, "http,https");
  s.set(CURLOPT_FOLLOWLOCATION, 0L);
  s.set(CURLOPT_NOSIGNAL, 1L);
  s.set(CURLOPT_PROXY, "");  // what is reached is said by settings, not by the environment
  s.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  s.set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  s.set(CURLOPT_MAXAGE_CONN, reuse_seconds_max);
  s.set(CURLOPT_TCP_KEEPALIVE, 1L);
  if (!s.request.ca_file.empty()) s.set(CURLOPT_CAINFO, s.request.ca_file.c_str());
  const auto timeout = std::max<long>(1, static_cast<long>(s.request.timeout.count()));
  s.set(CURLOPT_CONNECTTIMEOUT_MS, timeout);
  if (total_timeout) s.set(CURLOPT_TIMEOUT_MS, timeout);
  s.set_method();
  s.set_headers();
  s.set(CURLOPT_PREREQFUNCTION, &State::before_request);
  s.set(CURLOPT_PREREQDATA, &s);
  s.set(CURLOPT_HEADERFUNCTION, &State::on_header);
  s.set(CURLOPT_HEADERDATA, &s);
  s.set(CURLOPT_WRITEFUNCTION, &State::on_body);
  s.set(CURLOPT_WRITEDATA, &s);
  return {};
}

Error Easy::given_up(std::string_view why) const {
  const auto code = state_->sent_bytes() > 0 ? Code::unknown_outcome : Code::unavailable;
  return {code,
          state_->request.method + " " + origin_of(state_->request.url) + ": " + std::string(why)};
}

// Whether a byte of the request went out decides between unavailable and unknown_outcome.
Result<Response> Easy::outcome(int curl_code) {
  auto& s = *state_;
  if (curl_code == CURLE_OK) return take_response();
  const char* const why =
      s.error[0] != '\0' ? s.error.data() : curl_easy_strerror(static_cast<CURLcode>(curl_code));
  auto error = given_up(s.too_large      ? "the answer is too large"
                        : s.would_repeat ? "the connection ended without an answer"
                                         : why);
  if (s.too_large) error.code = Code::exhausted;
  if (error.code == Code::unavailable) {
    if (curl_code == CURLE_URL_MALFORMAT || curl_code == CURLE_UNSUPPORTED_PROTOCOL)
      error.code = Code::invalid_argument;
    if (curl_code == CURLE_OUT_OF_MEMORY) error.code = Code::exhausted;
  }
  return fail(std::move(error));
}

Result<Response> fetch(const ClientRequest& request) {
  Easy easy;
  if (auto ready = easy.prepare(request, ClientLimits{}.body_bytes_max, true); !ready)
    return fail(ready.error());
  return easy.outcome(curl_easy_perform(easy.handle()));
}

}  // namespace trayline::http
