// The conventions over real sockets, on a toy service with a real host and store.
#include "cloud/api/api.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "cloud/api/problem.hpp"
#include "cloud/api/test_peer.hpp"
#include "cloud/api/test_toy.hpp"
#include "lib/http/client.hpp"
#include "lib/store/sqlite.hpp"

namespace trayline::api {
namespace {

using namespace test;

auth::KeySet& keys() {
  static auth::KeySet set = *auth::KeySet::open(::testing::TempDir() + "api_test_keys");
  return set;
}

struct Rig {
  explicit Rig(Settings s = {}) {
    s.tokens.issuer = "issuer";
    s.tokens.clients = {"app"};
    EXPECT_TRUE(host.start());
    EXPECT_TRUE(workers.start());
    api = std::make_unique<Api>(Parts{
        .settings = std::move(s),
        .loop = loop,
        .clock = clock,
        .random = random,
        .metrics = metrics,
        .verifier = verifier,
        .workers = workers,
        .ask = [this](host::Message m,
                      host::Host::Answered a) { return host.ask(std::move(m), std::move(a)); },
        .routes = toy_routes()});
    api->mount(server);
    port = server.listen("127.0.0.1", 0).value();
    host_thread = std::thread([this] { host.run(); });
    loop_thread = std::thread([this] { loop.run(); });
  }
  ~Rig() {
    host.stop();
    host_thread.join();
    workers.stop();
    loop.stop();
    loop_thread.join();
  }

  std::string token(const std::string& user = "ada", const std::string& group = "",
                    Millis life = Millis(600'000)) {
    const std::int64_t now = to_ms(clock.now()) / 1000;
    Json::Object claims;
    claims.set("sub", user).set("iss", "issuer").set("client_id", "app");
    claims.set("token_use", "access").set("iat", now);
    claims.set("exp", now + life.count() / 1000).set("origin_jti", "family-" + user);
    if (!group.empty()) claims.set("cognito:groups", Json(Json::Array{group}));
    return auth::sign_token(keys(), Json(std::move(claims)));
  }
  http::Response send(const std::string& method, const std::string& path, const std::string& body,
                      http::Headers headers) {
    http::ClientRequest request;
    request.method = method;
    request.url = "http://127.0.0.1:" + std::to_string(port) + path;
    request.headers = std::move(headers);
    request.body = body;
    Result<http::Response> response = http::fetch(request);
    EXPECT_TRUE(response) << (response ? "" : response.error().detail);
    return response.value_or(http::Response{.status = 0, .headers = {}, .body = {}});
  }
  http::Headers signed_in(const std::string& user = "ada") {
    return {{"Authorization", "Bearer " + token(user)}};
  }
  http::Response get(const std::string& path) { return send("GET", path, "", signed_in()); }
  http::Response post(const std::string& body, const std::string& key,
                      const std::string& user = "ada") {
    http::Headers headers = signed_in(user);
    headers.emplace_back("Content-Type", "application/json");
    headers.emplace_back("Idempotency-Key", key);
    return send("POST", "/v1/things", body, headers);
  }

  SystemClock clock;
  SystemRandom random;
  Metrics metrics;
  Loop loop;
  std::unique_ptr<store::Store> store = *store::open_sqlite({.path = ":memory:"}, nullptr);
  auth::Revocations revocations;
  auth::Verifier verifier{keys(), &revocations};
  Toy toy;
  Workers workers{*store, metrics};
  std::unique_ptr<Api> api;
  http::Server server{loop, {}, refusal};
  host::Host host{{.store = *store,
                   .clock = clock,
                   .random = random,
                   .metrics = metrics,
                   .sinks = {.publish = [](const auto&) {},
                             .wake = [this](const auto& wake_keys) { api->wake(wake_keys); }},
                   .limits = {}},
                  {&toy},
                  {}};
  std::uint16_t port = 0;
  std::thread host_thread, loop_thread;
};

std::string header(const http::Response& response, const char* name) {
  const std::string* value = http::find_header(response.headers, name);
  return value == nullptr ? "" : *value;
}
std::string code(const http::Response& response) {
  return parse_json(response.body).value_or(Json()).text_at("code");
}

TEST(Api, WritesThroughTheTickAndReadsBesideIt) {
  Rig rig;
  const http::Response made = rig.post(R"({"name":"a","value":7})", "k1");
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(header(made, "Location"), "/v1/things/a");
  const http::Response got = rig.get("/v1/things/a");
  EXPECT_EQ(got.body, R"({"value":7,"for":"ada"})");
  EXPECT_EQ(header(got, "Content-Type"), "application/json");
  EXPECT_EQ(header(got, "X-Content-Type-Options"), "nosniff");
  EXPECT_NE(header(got, "RateLimit"), "");
}

// A request that is refused, and how.
struct Case {
  std::string what;
  std::string method;
  std::string path;
  std::string body;
  http::Headers headers;
  int status;
  std::string code;
};

// good: the Authorization of a customer.
std::vector<Case> bad_requests(const std::string& good) {
  const http::Headers in{{"Authorization", good}};
  const auto with = [&](http::Headers more) {
    more.emplace_back("Authorization", good);
    return more;
  };
  const http::Headers json = with({{"Content-Type", "application/json"}, {"Idempotency-Key", "k"}});
  return {
      {"no token", "GET", "/v1/things/a", "", {}, 401, "unauthenticated"},
      {"no token for nothing", "GET", "/v1/none", "", {}, 404, "not_found"},
      {"another scheme",
       "GET",
       "/v1/things/a",
       "",
       {{"Authorization", "Basic eDp5"}},
       401,
       "unauthenticated"},
      {"a bad token",
       "GET",
       "/v1/things/a",
       "",
       {{"Authorization", good + "x"}},
       401,
       "unauthenticated"},
      {"no staff", "GET", "/v1/staff", "", in, 403, "staff_only"},
      {"nothing there", "GET", "/v1/things/none", "", in, 404, "no_such_thing"},
      {"another method", "DELETE", "/v1/things/a", "", in, 405, "method_not_allowed"},
      {"no key", "POST", "/v1/things", "{}", with({{"Content-Type", "application/json"}}), 400,
       "idempotency_key_missing"},
      {"a key with a space", "POST", "/v1/things", "{}",
       with({{"Content-Type", "application/json"}, {"Idempotency-Key", "a b"}}), 400,
       "idempotency_key_invalid"},
      {"a long key", "POST", "/v1/things", "{}",
       with({{"Content-Type", "application/json"}, {"Idempotency-Key", std::string(256, 'k')}}),
       400, "idempotency_key_invalid"},
      {"text", "POST", "/v1/things", "{}",
       with({{"Content-Type", "text/plain"}, {"Idempotency-Key", "k"}}), 415,
       "unsupported_media_type"},
      {"a form", "POST", "/v1/things", "a=b",
       with({{"Content-Type", "application/x-www-form-urlencoded"}, {"Idempotency-Key", "k"}}), 415,
       "unsupported_media_type"},
      {"no body", "POST", "/v1/things", "", json, 400, "body_missing"},
      {"garbage", "POST", "/v1/things", "{\"name\":", json, 400, "malformed_json"},
      {"repeated members", "POST", "/v1/things", R"({"name":"a","name":"b"})", json, 400,
       "malformed_json"},
      {"too deep", "POST", "/v1/things", std::string(100, '['), json, 400, "malformed_json"},
      {"too large", "POST", "/v1/things", std::string(5000, ' '), json, 413, "content_too_large"},
      {"wrong types", "POST", "/v1/things", R"({"name":1,"value":"x"})", json, 400, "malformed"},
      {"an overflow", "POST", "/v1/things", R"({"name":"a","value":99999999999999999999})", json,
       400, "malformed_json"},
      {"a conflict", "POST", "/v1/things", R"({"name":"a","value":13})", json, 409, "unlucky"},
  };
}

TEST(Api, RefusesBadRequestsInOneForm) {
  Rig rig;
  const std::string good = "Bearer " + rig.token();
  for (const Case& c : bad_requests(good)) {
    const http::Response response = rig.send(c.method, c.path, c.body, c.headers);
    EXPECT_EQ(response.status, c.status) << c.what << response.body;
    EXPECT_EQ(code(response), c.code) << c.what << response.body;
    EXPECT_EQ(header(response, "Content-Type"), "application/problem+json") << c.what;
    EXPECT_EQ(header(response, "WWW-Authenticate").starts_with("Bearer"), c.status == 401)
        << c.what;
    EXPECT_EQ(header(response, "Allow").empty(), c.status != 405) << c.what;
  }
  const Json wrong = *parse_json(rig.send("POST", "/v1/things", R"({"name":1,"value":"x"})",
                                          {{"Content-Type", "application/json"},
                                           {"Idempotency-Key", "w"},
                                           {"Authorization", good}})
                                     .body);
  EXPECT_EQ(wrong.at("errors", 0)->text_at("pointer"), "/name");
  EXPECT_EQ(wrong.at("errors", 1)->text_at("pointer"), "/value");
}

TEST(Api, ReplaysAnIdempotentRequestAndRefusesItsKeyForAnother) {
  Rig rig;
  const std::string body = R"({"name":"a","value":1})";
  const http::Response first = rig.post(body, "k1");
  const http::Response again = rig.post(body, "k1");
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body) << "the stored answer, not a new decision";
  EXPECT_EQ(header(again, "Location"), header(first, "Location"));
  const http::Response other = rig.post(R"({"name":"a","value":2})", "k1");
  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(code(other), "idempotency_mismatch");
  EXPECT_NE(rig.post(body, "k1", "bob").body, first.body) << "keys belong to one user";
}

TEST(Api, AnswersNotModifiedForAKnownTag) {
  Rig rig;
  rig.post(R"({"name":"a","value":1})", "k1");
  const std::string tag = header(rig.get("/v1/things/a"), "ETag");
  ASSERT_GT(tag.size(), 2u);
  const auto conditional = [&](const std::string& none) {
    http::Headers headers = rig.signed_in();
    headers.emplace_back("If-None-Match", none);
    return rig.send("GET", "/v1/things/a", "", headers);
  };
  EXPECT_EQ(conditional(tag).status, 304);
  EXPECT_EQ(conditional(tag).body, "");
  EXPECT_EQ(conditional("\"x\", W/" + tag).status, 304);
  EXPECT_EQ(conditional("*").status, 304);
  EXPECT_EQ(conditional("\"x\"").status, 200);
  rig.post(R"({"name":"a","value":2})", "k2");
  EXPECT_EQ(conditional(tag).status, 200) << "the value has changed";
}

TEST(Api, EchoesOnlySoundRequestIdsAndTraces) {
  Rig rig;
  const std::string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  http::Response response =
      rig.send("GET", "/v1/open", "", {{"X-Request-Id", "abc-1"}, {"traceparent", trace}});
  EXPECT_EQ(header(response, "X-Request-Id"), "abc-1");
  EXPECT_EQ(header(response, "traceparent"), trace);
  response = rig.send("GET", "/v1/open", "",
                      {{"X-Request-Id", "<script>"}, {"traceparent", "00-" + trace}});
  EXPECT_TRUE(is_uuid7(header(response, "X-Request-Id")));
  EXPECT_EQ(header(response, "traceparent"), "");
  response = rig.send("GET", "/v1/things/a", "", {{"X-Request-Id", "abc-2"}});
  EXPECT_EQ(parse_json(response.body)->text_at("request_id"), "abc-2");
}

TEST(Api, LimitsEachCallerByItself) {
  Settings settings;
  settings.per_user = {"few", 2, Millis(3'600'000)};
  Rig rig(settings);
  EXPECT_EQ(rig.get("/v1/open").status, 200);
  EXPECT_EQ(rig.get("/v1/open").status, 200);
  const http::Response third = rig.get("/v1/open");
  EXPECT_EQ(third.status, 429);
  EXPECT_EQ(code(third), "rate_limited");
  EXPECT_NE(header(third, "Retry-After"), "");
  EXPECT_EQ(header(third, "RateLimit-Policy"), "\"few\";q=2;w=7200");
  EXPECT_EQ(rig.send("GET", "/v1/open", "", rig.signed_in("bob")).status, 200);
}

TEST(Api, LetsStaffInAndRevokedTokensOut) {
  Rig rig;
  const http::Headers staff{{"Authorization", "Bearer " + rig.token("eve", "staff")}};
  EXPECT_EQ(rig.send("GET", "/v1/staff", "", staff).status, 200);
  std::promise<void> done;
  rig.loop.post([&] {
    const Time now = rig.clock.now();
    rig.revocations.revoke("family-eve", now + Millis(600'000), now);
    done.set_value();
  });
  done.get_future().wait();
  EXPECT_EQ(rig.send("GET", "/v1/staff", "", staff).status, 401);
}

TEST(Api, StreamsTheNewestValueAndResumesAfterTheLastId) {
  Rig rig;
  rig.post(R"({"name":"a","value":1})", "k1");
  const auto ask = [&](Peer& peer, const std::string& more) {
    peer.send("GET /v1/things/a/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + rig.token() +
              "\r\n" + more + "\r\n");
  };
  Peer peer(rig.port);
  ask(peer, "");
  const std::string opened = peer.read_until("data: 1\n\n");
  EXPECT_NE(opened.find("text/event-stream"), std::string::npos) << opened;
  EXPECT_NE(opened.find("id: 1\n"), std::string::npos) << opened;
  rig.post(R"({"name":"a","value":2})", "k2");
  EXPECT_NE(peer.read_until("data: 2\n\n").find("event: value"), std::string::npos);

  Peer resumed(rig.port);
  ask(resumed, "Last-Event-ID: 2\r\n");
  resumed.read_until("text/event-stream");
  rig.post(R"({"name":"a","value":99})", "k3");
  const std::string rest = resumed.read_until("data: 99\n\n");
  EXPECT_EQ(rest.find("data: 2"), std::string::npos) << "what was seen is not sent again";
  EXPECT_NE(peer.read_until("data: 99\n\n").find("id: 99"), std::string::npos);
}

TEST(Api, StreamsOnlyToThoseWhoMaySeeAndOnlySoMany) {
  Settings settings;
  settings.streams_per_caller_max = 1;
  Rig rig(settings);
  EXPECT_EQ(rig.send("GET", "/v1/things/a/live", "", {}).status, 401);
  EXPECT_EQ(rig.get("/v1/things/a/live").status, 404);
  rig.post(R"({"name":"a","value":1})", "k1");
  Peer peer(rig.port);
  peer.send("GET /v1/things/a/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + rig.token() +
            "\r\n\r\n");
  peer.read_until("data: 1\n\n");
  const http::Response second = rig.get("/v1/things/a/live");
  EXPECT_EQ(second.status, 429);
  EXPECT_EQ(code(second), "too_many_streams");
}

TEST(Api, EndsAStreamWhoseTokenHasExpired) {
  Settings settings;
  settings.stream_reread = Millis(50);
  Rig rig(settings);
  rig.post(R"({"name":"a","value":1})", "k1");
  Peer peer(rig.port);
  peer.send("GET /v1/things/a/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " +
            rig.token("ada", "", Millis(2000)) + "\r\n\r\n");
  EXPECT_NE(peer.read_until("data: 1\n\n").find("200 OK"), std::string::npos);
  EXPECT_NE(peer.read_until("0\r\n\r\n").find("0\r\n\r\n"), std::string::npos);
}

TEST(Api, DescribesEveryRoute) {
  Rig rig;
  const http::Response response = rig.send("GET", "/openapi.json", "", {});
  const Result<Json> document = parse_json(response.body);
  ASSERT_TRUE(document) << response.body;
  EXPECT_EQ(document->text_at("openapi"), "3.1.0");
  for (const host::Route& r : toy_routes()) {
    std::string path = r.pattern;
    std::erase(path, '*');
    std::string method = r.method;
    for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
    EXPECT_NE(document->at("paths", path, method, "responses"), nullptr) << r.method << path;
  }
  const Json* post = document->at("paths", "/v1/things", "post");
  EXPECT_NE(post->at("responses", "201"), nullptr);
  EXPECT_NE(post->at("responses", "422"), nullptr);
  EXPECT_EQ(post->at("parameters", 0)->text_at("name"), "Idempotency-Key");
  EXPECT_NE(document->at("components", "schemas", "Problem"), nullptr);
}

TEST(Api, KeepsMetricsToTheMachineItself) {
  Rig rig;
  rig.get("/v1/open");
  EXPECT_NE(rig.send("GET", "/metrics", "", {}).body.find("trayline_api_requests_total"),
            std::string::npos);
  EXPECT_EQ(rig.send("GET", "/metrics", "", {{"X-Forwarded-For", "203.0.113.9"}}).status, 404);
  EXPECT_EQ(rig.send("GET", "/healthz", "", {}).status, 200);
  EXPECT_EQ(rig.send("GET", "/v1/files/a/b", "", {}).body, "a/b");
}

TEST(Api, AllowsOnlyListedOrigins) {
  Settings settings;
  settings.allow_origins = {"https://app.example"};
  Rig rig(settings);
  const auto preflight = [&](const std::string& origin) {
    return rig.send("OPTIONS", "/v1/things", "", {{"Origin", origin}});
  };
  EXPECT_EQ(header(preflight("https://app.example"), "Access-Control-Allow-Methods"), "POST, PUT");
  EXPECT_EQ(header(preflight("https://evil.example"), "Access-Control-Allow-Origin"), "");
  const http::Response got = rig.send("GET", "/v1/open", "", {{"Origin", "https://app.example"}});
  EXPECT_EQ(header(got, "Access-Control-Allow-Origin"), "https://app.example");
}

TEST(Workers, RefuseWhenTheirQueueIsFullAndFinishWhatIsInHand) {
  const auto store = *store::open_sqlite({.path = ":memory:"}, nullptr);
  Metrics metrics;
  Workers workers(*store, metrics, {.threads = 1, .queue_max = 2});
  ASSERT_TRUE(workers.start());
  std::promise<void> begun, go;
  std::atomic<int> done{0};
  ASSERT_TRUE(workers.run([&](store::Session&) {
    begun.set_value();
    go.get_future().wait();
    ++done;
  }));
  begun.get_future().wait();
  EXPECT_TRUE(workers.run([](store::Session&) {}));
  EXPECT_TRUE(workers.run([](store::Session&) {}));
  EXPECT_FALSE(workers.run([](store::Session&) {})) << "two are waiting already";
  go.set_value();
  workers.stop();
  EXPECT_EQ(done, 1);
  EXPECT_FALSE(workers.run([](store::Session&) {}));
}

}  // namespace
}  // namespace trayline::api
