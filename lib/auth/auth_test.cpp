// Keys, their files and documents, and sealed secrets.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "lib/auth/keys.hpp"
#include "lib/auth/sealed.hpp"
#include "lib/auth/secret_file.hpp"
#include "lib/auth/token.hpp"

namespace trayline::auth {
namespace {
namespace fs = std::filesystem;

struct Folder {
  explicit Folder(const std::string& name) : path(::testing::TempDir() + "auth_test_" + name) {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
  std::string path;
};

mode_t mode_of(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777 : 0;
}

TEST(KeySet, MakesAFirstKeyThatOnlyItsOwnerMayRead) {
  const Folder folder("first");
  const auto keys = KeySet::open(folder.path + "/keys");
  ASSERT_TRUE(keys) << keys.error().detail;
  EXPECT_EQ(keys->size(), 1u);
  EXPECT_EQ(mode_of(folder.path + "/keys/" + keys->signing_kid() + ".pem"), 0600u);
  EXPECT_EQ(mode_of(folder.path + "/keys"), 0700u);
  EXPECT_EQ(keys->jwks().dump().find("\"d\""), std::string::npos) << "no private part";
  EXPECT_EQ(KeySet::open(folder.path + "/keys")->signing_kid(), keys->signing_kid());
}

TEST(KeySet, KeepsOlderKeysForVerificationAfterARotation) {
  const Folder folder("rotation");
  const KeySet before = *KeySet::open(folder.path);
  const Json claims = Json::object({{"sub", "u"},
                                    {"iss", "i"},
                                    {"client_id", "c"},
                                    {"token_use", "access"},
                                    {"iat", 1},
                                    {"exp", 100}});
  const std::string old_token = sign_token(before, claims);
  const std::string kid = *KeySet::add(folder.path);
  EXPECT_EQ(KeySet::open(folder.path)->signing_kid(), before.signing_kid()) << "only published";
  ASSERT_TRUE(KeySet::sign_with(folder.path, kid));
  const KeySet after = *KeySet::open(folder.path);
  EXPECT_EQ(after.signing_kid(), kid);
  Verifier verifier(after, nullptr);
  const Expectations expected{.issuer = "i", .clients = {"c"}};
  EXPECT_TRUE(verifier.verify(old_token, expected, from_ms(2000)));
  EXPECT_TRUE(verifier.verify(sign_token(after, claims), expected, from_ms(2000)));
  EXPECT_FALSE(KeySet::sign_with(folder.path, "../" + kid));
}

TEST(KeySet, RefusesKeyFilesThatOthersMayReadOrThatAreNoKeys) {
  const Folder folder("bad");
  const std::string kid = KeySet::open(folder.path)->signing_kid();
  fs::permissions(folder.path + "/" + kid + ".pem", fs::perms(0644));
  EXPECT_EQ(KeySet::open(folder.path).error().code, Code::permission_denied);
  ASSERT_TRUE(write_secret_file(folder.path + "/" + kid + ".pem", "-----BEGIN PRIVATE KEY-----\n"));
  EXPECT_EQ(KeySet::open(folder.path).error().code, Code::invalid_argument);
  fs::remove(folder.path + "/" + kid + ".pem");
  EXPECT_EQ(KeySet::open(folder.path).error().code, Code::invalid_argument)
      << "signing names a key that is gone";
}

TEST(KeySet, ReadsOnlySoundJwksDocuments) {
  const Folder folder("jwks");
  const KeySet keys = *KeySet::open(folder.path);
  const Json jwk = *keys.jwks().at("keys", 0);
  const auto with = [&](const char* name, Json value) {
    Json::Object object = *jwk.as_object();
    object.set(name, std::move(value));
    return Json::object({{"keys", Json::Array{Json(object)}}}).dump();
  };
  EXPECT_TRUE(KeySet::from_jwks(keys.jwks().dump()));
  const std::vector<std::pair<std::string, std::string>> bad{
      {"no JSON", "<html>"},
      {"no keys", "{}"},
      {"an empty list", R"({"keys":[]})"},
      {"keys of another kind only", with("kty", "EC")},
      {"keys for encryption only", with("use", "enc")},
      {"another algorithm", with("alg", "HS256")},
      {"no kid", with("kid", "")},
      {"a modulus of 8 bits", with("n", "_w")},
      {"an even exponent", with("e", "AQAA")},
      {"an exponent of 3", with("e", "Aw")},
      {"a modulus that is not base64url", with("n", "a+b/")},
      {"a repeated kid", Json::object({{"keys", Json::Array{jwk, jwk}}}).dump()},
  };
  for (const auto& [what, text] : bad) EXPECT_FALSE(KeySet::from_jwks(text)) << what;
}

// The example of RFC 7638 3.1.
TEST(RsaKey, HasTheThumbprintOfTheStandardsExample) {
  const Bytes n = *from_base64url(
      "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_"
      "BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_"
      "FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4"
      "vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw");
  const auto key = RsaKey::from_public(n, *from_base64url("AQAB"));
  ASSERT_TRUE(key) << key.error().detail;
  EXPECT_EQ(key->thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

TEST(Sealer, OpensWhatItSealedForTheSameOwnerOnly) {
  SeededRandom random(1);
  const Sealer sealer = *Sealer::from_text("k1 " + std::string(64, 'a') + "\n");
  const std::string sealed = sealer.seal("secret", "user-1", random);
  EXPECT_EQ(*sealer.open_sealed(sealed, "user-1"), "secret");
  EXPECT_FALSE(sealer.open_sealed(sealed, "user-2"));
  EXPECT_EQ(*sealer.open_sealed(sealer.seal("", "x", random), "x"), "");
  EXPECT_NE(sealer.seal("secret", "user-1", random), sealed) << "a new nonce each time";
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(sealer.open_sealed(changed, "user-1")) << "changed at " << i;
    EXPECT_FALSE(sealer.open_sealed(sealed.substr(0, i), "user-1")) << "cut at " << i;
  }
}

TEST(Sealer, OpensUnderOlderKeysAndSealsUnderTheFirst) {
  SeededRandom random(1);
  const Sealer before = *Sealer::from_text("k1 " + std::string(64, 'a'));
  const Sealer after =
      *Sealer::from_text("k2 " + std::string(64, 'b') + "\nk1 " + std::string(64, 'a') + "\n");
  EXPECT_EQ(*after.open_sealed(before.seal("s", "o", random), "o"), "s");
  EXPECT_FALSE(before.open_sealed(after.seal("s", "o", random), "o"));
  EXPECT_EQ(after.derive("codes"), before.derive("codes"));
  EXPECT_NE(after.derive("codes"), after.derive("salts"));
}

TEST(Sealer, ReadsOnlySoundKeyFiles) {
  const std::string key(64, 'c');
  for (const std::string& text :
       std::vector<std::string>{"", "\n", "k1", "k1 " + key.substr(1), "k1  " + key, "K1 " + key,
                                "k1 " + key + "\nk1 " + key, "k1 " + key + "zz", " " + key}) {
    EXPECT_FALSE(Sealer::from_text(text)) << text;
  }
  const Folder folder("sealer");
  SystemRandom random;
  const std::string path = folder.path + "/seal.key";
  const Sealer made = *Sealer::open(path, random);
  EXPECT_EQ(mode_of(path), 0600u);
  EXPECT_EQ(*Sealer::open(path, random)->open_sealed(made.seal("s", "o", random), "o"), "s");
}

TEST(SecretFile, IsReplacedWholeAndBounded) {
  const Folder folder("secret");
  const std::string path = folder.path + "/secret";
  EXPECT_EQ(read_secret_file(path).error().code, Code::not_found);
  ASSERT_TRUE(write_secret_file(path, "one"));
  ASSERT_TRUE(write_secret_file(path, "two"));
  EXPECT_EQ(*read_secret_file(path), "two");
  ASSERT_TRUE(write_secret_file(path, std::string(kSecretFileBytesMax + 1, 'x')));
  EXPECT_EQ(read_secret_file(path).error().code, Code::exhausted);
  EXPECT_FALSE(write_secret_file(folder.path + "/none/secret", "x"));
}

}  // namespace
}  // namespace trayline::auth
