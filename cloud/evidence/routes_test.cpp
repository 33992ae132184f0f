// Pictures over real sockets: a server on its loop, a host that ticks, and clients that misbehave.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "cloud/evidence/service.hpp"
#include "cloud/evidence/temp_folder.hpp"
#include "lib/base/digest.hpp"
#include "lib/http/client.hpp"
#include "lib/store/sqlite.hpp"

namespace trayline::evidence {
namespace {

const Time kNow = from_ms(1'700'000'000'000);
const std::string kJpeg = std::string("\xFF\xD8\xFF\xE0", 4) + std::string(1000, 'j');
const std::string kPng = "\x89PNG\r\n\x1A\n" + std::string(1000, 'p');

class RoutesTest : public testing::Test {
 protected:
  RoutesTest() {
    EXPECT_TRUE(host.start());
    server = std::make_unique<http::Server>(
        loop, http::Limits{}, [](int status, std::string_view detail) {
          return http::Response{.status = status, .body = std::string(detail)};
        });
    const auto ask = [this](host::Message message, host::Host::Answered answered) {
      return host.ask(std::move(message), std::move(answered));
    };
    for (const host::Route& route : routes({settings, pictures, clock, ask, {}})) {
      const host::Raw raw = std::get<host::Raw>(route.handle);
      server->route(
          route.method, route.pattern,
          [raw](http::Request r, http::ResponderPtr to) { raw(std::move(r), to, {}); },
          route.body_bytes_max, route.guard);
    }
    port = server->listen("127.0.0.1", 0).value();
    ticking = std::thread([this] { host.run(); });
    looping = std::thread([this] { loop.run(); });
  }
  ~RoutesTest() override {
    host.stop();
    ticking.join();
    loop.stop();
    looping.join();
  }

  // The address on this server that an acknowledgement would name.
  std::string address(const std::string& hash) const {
    Settings here = *settings;
    here.public_url = base();
    return upload_of(here, hash, kNow).url;
  }
  std::string base() const { return "http://127.0.0.1:" + std::to_string(port); }
  static http::Response put(const std::string& url, const std::string& content) {
    const auto response = http::fetch({.method = "PUT", .url = url, .body = content});
    EXPECT_TRUE(response) << response.error().detail;
    return response.value_or(http::Response{.status = 0});
  }
  http::Response get(const std::string& name) const {
    const auto response = http::fetch({.url = base() + "/evidence/" + name});
    EXPECT_TRUE(response) << response.error().detail;
    return response.value_or(http::Response{.status = 0});
  }
  static std::string code_of(const http::Response& response) {
    const Result<Json> body = parse_json(response.body);
    return body ? body->text_at("code") : "no JSON: " + response.body;
  }
  // A PUT in the raw, after which the peer hangs up; the first that comes back.
  std::string say(const std::string& url, const std::string& headers, const std::string& content) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
    const std::string request = "PUT " + url.substr(base().size()) + " HTTP/1.1\r\nHost: x\r\n" +
                                headers + "\r\n" + content;
    EXPECT_EQ(::send(fd, request.data(), request.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(request.size()));
    ::shutdown(fd, SHUT_WR);
    std::string answer(4096, '\0');
    const ssize_t n = ::recv(fd, answer.data(), answer.size(), 0);
    ::close(fd);
    answer.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return answer;
  }
  std::int64_t rows() {
    const store::Statement statement{
        "test.count", "SELECT COUNT(*) AS n FROM evidence_objects", {}};
    return (*db->reader())->run(statement)->at(0).integer("n");
  }

  TempFolder folder;
  ManualClock clock{kNow};
  SystemRandom random;
  Metrics metrics;
  std::shared_ptr<Settings> settings =
      std::make_shared<Settings>(Settings{"dev", "", "key", Millis(60'000)});
  std::shared_ptr<const Pictures> pictures = *Pictures::open(folder.path());
  std::unique_ptr<store::Store> db = *store::open_sqlite({":memory:"}, nullptr);
  std::unique_ptr<host::Service> evidence = make_service(settings);
  host::Host host{{*db, clock, random, metrics, {}, {}}, {evidence.get()}, {}};
  Loop loop;
  std::unique_ptr<http::Server> server;
  std::uint16_t port = 0;
  std::thread ticking;
  std::thread looping;
};

TEST_F(RoutesTest, TakesAPictureAndGivesItBack) {
  for (const std::string& content : {kJpeg, kPng}) {
    const std::string hash = sha256_hex(content);
    EXPECT_EQ(get(hash).status, 404);
    EXPECT_EQ(put(address(hash), content).status, 201);
    EXPECT_EQ(put(address(hash), content).status, 200) << "the same picture again";
    const http::Response back = get(hash);
    EXPECT_EQ(back.status, 200);
    EXPECT_EQ(back.body, content);
    const std::string* type = http::find_header(back.headers, "Content-Type");
    ASSERT_NE(type, nullptr);
    EXPECT_EQ(*type, content == kJpeg ? "image/jpeg" : "image/png");
  }
  EXPECT_EQ(rows(), 2);
}

TEST_F(RoutesTest, RefusesWhatIsNotSignedOrTooOld) {
  const std::string hash = sha256_hex(kJpeg);
  const std::string url = address(hash);
  std::string wrong = url;
  wrong.back() = wrong.back() == '0' ? '1' : '0';
  const std::string other = sha256_hex(kPng);
  const std::string of_other = address(other).substr(address(other).find('?'));
  for (const std::string& bad :
       {wrong, base() + "/evidence/" + hash, base() + "/evidence/" + hash + of_other,
        base() + "/evidence/" + hash + "?expires=1700000060"}) {
    const http::Response refused = put(bad, kJpeg);
    EXPECT_EQ(refused.status, 403) << bad;
    EXPECT_EQ(code_of(refused), "upload_not_allowed");
  }
  settings->upload_ttl = Millis(-1'000);
  EXPECT_EQ(put(address(hash), kJpeg).status, 403) << "its time was over before";
  EXPECT_EQ(put(base() + "/evidence/none", kJpeg).status, 404);
  EXPECT_EQ(put(base() + "/evidence/..%2F..%2Fetc%2Fpasswd", kJpeg).status, 404);
  EXPECT_EQ(get("..%2F..%2Fetc%2Fpasswd").status, 404);
  EXPECT_EQ(rows(), 0);
}

TEST_F(RoutesTest, RefusesWhatIsNotThePictureThatWasNamed) {
  const http::Response wrong = put(address(sha256_hex(kJpeg)), kJpeg + "x");
  EXPECT_EQ(wrong.status, 422);
  EXPECT_EQ(code_of(wrong), "wrong_hash");
  const std::string html = "<html>no picture</html>";
  const http::Response text = put(address(sha256_hex(html)), html);
  EXPECT_EQ(text.status, 415);
  EXPECT_EQ(code_of(text), "not_a_picture");
  EXPECT_EQ(put(address(sha256_hex("")), "").status, 415);
  EXPECT_EQ(rows(), 0);
}

TEST_F(RoutesTest, TakesUpToEightMebibytes) {
  std::string large = kJpeg;
  large.resize(kPictureBytesMax, 'x');
  EXPECT_EQ(put(address(sha256_hex(large)), large).status, 201);
  large += 'x';
  // The server may close before it has read what it does not want.
  const auto refused =
      http::fetch({.method = "PUT", .url = address(sha256_hex(large)), .body = large});
  EXPECT_EQ(refused ? refused->status : 413, 413);
  EXPECT_EQ(rows(), 1);
}

TEST_F(RoutesTest, RefusesWhatIsNotSignedBeforeItReadsThePicture) {
  const std::string hash = sha256_hex(kJpeg);
  const std::string more = "Content-Length: 8388608\r\nExpect: 100-continue\r\n";
  const std::string unsigned_url = base() + "/evidence/" + hash;
  EXPECT_TRUE(say(unsigned_url, more, "").starts_with("HTTP/1.1 403 "));
  EXPECT_TRUE(say(base() + "/evidence/none", more, "").starts_with("HTTP/1.1 404 "));
  EXPECT_TRUE(say(address(hash), more, "").starts_with("HTTP/1.1 100 "));
}

// Half of the body, and then the peer hangs up.
TEST_F(RoutesTest, KeepsNothingOfAPictureThatIsCutShort) {
  const std::string hash = sha256_hex(kJpeg);
  const std::string length = "Content-Length: " + std::to_string(kJpeg.size()) + "\r\n";
  const std::string answer = say(address(hash), length, kJpeg.substr(0, kJpeg.size() / 2));
  EXPECT_FALSE(answer.starts_with("HTTP/1.1 2")) << answer;
  EXPECT_EQ(get(hash).status, 404);
  EXPECT_EQ(rows(), 0);
}

TEST_F(RoutesTest, AnswersTryAgainWhereNothingCanBeWritten) {
  std::filesystem::remove_all(folder.path());
  std::ofstream(folder.path()) << "a file where the folder was";
  const http::Response refused = put(address(sha256_hex(kJpeg)), kJpeg);
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(code_of(refused), "store_unavailable");
  EXPECT_NE(http::find_header(refused.headers, "Retry-After"), nullptr);
  EXPECT_EQ(rows(), 0) << "no row without its file";
}

}  // namespace
}  // namespace trayline::evidence
