// Pictures in and out. In: signed address, magic number, hash, file, commit; only then 201.
#include "cloud/evidence/service.hpp"
#include "lib/base/digest.hpp"
#include "lib/base/log.hpp"
#include "lib/http/server.hpp"

namespace trayline::evidence {
namespace {

using http::ResponderPtr;
using SharedParts = std::shared_ptr<const Parts>;
using namespace std::string_view_literals;

// Null for what is neither JPEG (ITU T.81 B.1.1.3) nor PNG (W3C PNG 5.2).
const char* media_type(std::string_view content) {
  if (content.starts_with("\xFF\xD8\xFF"sv)) return "image/jpeg";
  if (content.starts_with("\x89PNG\r\n\x1A\n"sv)) return "image/png";
  return nullptr;
}

// Problems as RFC 9457 has them.
http::Response problem(int status, const char* type, const char* detail) {
  http::Response response;
  response.status = status;
  response.headers = {{"Content-Type", "application/problem+json"}};
  if (status == 503) response.headers.emplace_back("Retry-After", "1");
  response.body =
      Json::object(
          {{"type", "about:blank"}, {"status", status}, {"detail", detail}, {"code", type}})
          .dump();
  return response;
}

void refuse(const ResponderPtr& responder, int status, const char* type, const char* detail) {
  responder->answer(problem(status, type, detail));
}

void refuse_store(const ResponderPtr& responder, const Error& error) {
  log(Level::error, "evidence cannot be stored or read", {{"why", error.detail}});
  refuse(responder, 503, "store_unavailable", "Try again.");
}

std::string query_of(const http::Request& request, const char* name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? std::string() : found->second;
}

// On a worker: the content is what its name says, and lies in the folder before the row does.
void keep(const SharedParts& parts, const std::string& hash, const std::string& content,
          const ResponderPtr& responder) {
  if (sha256_hex(content) != hash) {
    return refuse(responder, 422, "wrong_hash", "The content is not what its name says.");
  }
  if (const Result<void> put = parts->pictures->put(hash, content); !put) {
    return refuse_store(responder, put.error());
  }
  wire::evidence::Stored stored{hash, static_cast<std::int64_t>(content.size())};
  auto message = host::to<wire::evidence::In>(wire::evidence::kService, std::move(stored));
  const Result<void> asked =
      parts->ask(std::move(message), [responder](const host::Answer& answer) {
        const bool committed = !answer.problem && (answer.status == 200 || answer.status == 201);
        if (!committed) return refuse(responder, 503, "not_stored", "Try again.");
        responder->answer({.status = answer.status});
      });
  if (!asked) refuse(responder, 503, "busy", "Try again.");
}

// Looks at the address alone, so that nobody's megabytes are read without a signature.
std::optional<http::Response> check_address(const Parts& parts, const http::Request& request) {
  const std::string& hash = request.params.at("hash");
  if (!is_hash(hash)) return problem(404, "no_hash", "The name is no SHA-256.");
  const Result<void> allowed = check_upload(*parts.settings, hash, query_of(request, "expires"),
                                            query_of(request, "signature"), parts.clock.now());
  if (allowed) return std::nullopt;
  return problem(403, "upload_not_allowed", "The address is not signed, or too old.");
}

void put(const SharedParts& parts, http::Request request, const ResponderPtr& responder) {
  if (auto refused = check_address(*parts, request)) return responder->answer(std::move(*refused));
  const std::string hash = request.params.at("hash");
  if (media_type(request.body) == nullptr) {
    return refuse(responder, 415, "not_a_picture", "Send a JPEG or a PNG.");
  }
  const auto content = std::make_shared<const std::string>(std::move(request.body));
  parts->work([parts, hash, content, responder] { keep(parts, hash, *content, responder); });
}

void get(const SharedParts& parts, const http::Request& request, const ResponderPtr& responder) {
  const std::string hash = request.params.at("hash");
  parts->work([parts, hash, responder] {
    Result<std::string> content = parts->pictures->get(hash);
    if (!content && content.error().code == Code::not_found) {
      return refuse(responder, 404, "picture_not_found", "There is no such picture.");
    }
    if (!content) return refuse_store(responder, content.error());
    const char* type = media_type(*content);
    http::Response response;
    response.headers = {{"Content-Type", type == nullptr ? "application/octet-stream" : type},
                        {"Cache-Control", "private, max-age=86400, immutable"},
                        {"X-Content-Type-Options", "nosniff"}};
    response.body = std::move(*content);
    responder->answer(std::move(response));
  });
}

}  // namespace

std::vector<host::Route> routes(Parts given) {
  if (!given.work) given.work = [](const std::function<void()>& task) { task(); };
  const auto parts = std::make_shared<const Parts>(std::move(given));
  const host::Raw put_raw = [parts](http::Request request, const ResponderPtr& responder,
                                    const host::Caller&) {
    put(parts, std::move(request), responder);
  };
  const host::Raw get_raw = [parts](const http::Request& request, const ResponderPtr& responder,
                                    const host::Caller&) { get(parts, request, responder); };
  const http::Guard guard = [parts](const http::Request& request) {
    return check_address(*parts, request);
  };
  const Json picture = Json::object({{"type", "string"}, {"contentMediaType", "image/jpeg"}});
  using host::Access;
  return {
      {"PUT",
       "/evidence/{hash}",
       Access::anybody,
       false,
       put_raw,
       {"A picture, at the signed address that an acknowledgement gave",
        picture,
        Json(),
        201,
        {403, 404, 413, 415, 422, 503}},
       kPictureBytesMax,
       guard},
      {"GET",
       "/evidence/{hash}",
       Access::staff,
       false,
       get_raw,
       {"A picture by its hash", Json(), picture, 200, {403, 404, 503}}},
  };
}

}  // namespace trayline::evidence
