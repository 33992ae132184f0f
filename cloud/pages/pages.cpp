#include "cloud/pages/pages.hpp"

#include "cloud/pages/assets.hpp"
#include "lib/base/json.hpp"
#include "lib/http/files.hpp"

namespace trayline::pages {
namespace {

using http::Request;
using http::ResponderPtr;

// "https://js.example" of "https://js.example/v3/"; empty where it is no such address.
std::string origin_of(const std::string& address) {
  const std::size_t host = address.find("://");
  if (host == std::string::npos) return {};
  return address.substr(0, address.find('/', host + 3));
}

http::Handler lead_to(const std::string& path) {
  return [path](const Request& request, const ResponderPtr& responder) {
    const std::string query = request.query_text.empty() ? "" : "?" + request.query_text;
    responder->answer({308, {{"Location", path + query}}, ""});
  };
}

void mount_page(http::Server& server, const std::string& page, const Settings& settings) {
  const std::string told = Json::object({{"name", settings.name},
                                         {"client_id", settings.client_id},
                                         {"provider_script", settings.provider_script}})
                               .dump();
  server.route("GET", "/" + page, lead_to("/" + page + "/"));
  server.route(
      "GET", "/" + page + "/settings.json", [told](const Request&, const ResponderPtr& responder) {
        responder->answer(
            {200, {{"Content-Type", "application/json"}, {"Cache-Control", "no-cache"}}, told});
      });
  const auto file = [page, policy = policy_of(settings)](const Request& request,
                                                         const ResponderPtr& responder) {
    const auto named = request.params.find("file");
    const std::string name = named == request.params.end() ? "" : named->second;
    responder->answer(http::answer_file(asset, request,
                                        page + "/" + (name.empty() ? "index.html" : name),
                                        {{"Content-Security-Policy", policy}}));
  };
  server.route("GET", "/" + page + "/", file);
  server.route("GET", "/" + page + "/{file}", file);
}

}  // namespace

std::string policy_of(const Settings& settings) {
  const std::string origin = origin_of(settings.provider_script);
  const std::string provider = origin.empty() ? "" : " " + origin;
  return "default-src 'none'; script-src 'self'" + provider + "; connect-src 'self'" + provider +
         "; frame-src" + (provider.empty() ? " 'none'" : provider) +
         "; style-src 'self'; img-src 'self' blob: data:; manifest-src 'self'; worker-src 'self'; "
         "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

void mount(http::Server& server, const Settings& settings) {
  server.route("GET", "/", lead_to("/app/"));
  mount_page(server, "app", settings);
  mount_page(server, "console", settings);
}

}  // namespace trayline::pages
