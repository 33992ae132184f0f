#include "infra/broker/broker.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace trayline::broker {
namespace {

std::string listener(const BrokerConfig& config, std::uint16_t port) {
  std::ostringstream text;
  text << "\nlistener " << port << " " << config.address << "\n"
       << "allow_anonymous false\n"
       << "acl_file " << config.dir << "/acl\n"
       << "cafile " << config.dir << "/ca.pem\n"
       << "certfile " << config.dir << "/cert.pem\n"
       << "keyfile " << config.dir << "/key.pem\n"
       << "tls_version tlsv1.2\n"  // and above
       << "ciphers ECDHE+AESGCM:ECDHE+CHACHA20\n"
       << "require_certificate true\n"
       // Both: with the first alone a device could evict another one by its client id.
       << "use_identity_as_username true\n"
       << "use_username_as_clientid true\n";
  return text.str();
}

Result<std::string> read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Code::not_found, "cannot read " + path + ": " + std::strerror(errno));
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Owner {
  uid_t uid;
  gid_t gid;
};

// Nobody to hand files to unless we are root.
Result<Owner> owner_of(const BrokerConfig& config) {
  if (::geteuid() != 0) return Owner{::geteuid(), ::getegid()};
  const passwd* entry = ::getpwnam(config.user.c_str());
  if (entry == nullptr) return fail(Code::not_found, "there is no user " + config.user);
  return Owner{entry->pw_uid, entry->pw_gid};
}

Result<void> write(const std::string& path, const std::string& text, mode_t mode, Owner owner) {
  const std::string beside = path + ".new";
  ::unlink(beside.c_str());
  const int fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool good = fd >= 0 && ::fchmod(fd, mode) == 0 && ::fchown(fd, owner.uid, owner.gid) == 0 &&
                    ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                    ::rename(beside.c_str(), path.c_str()) == 0;
  const int error = errno;
  if (fd >= 0) ::close(fd);
  if (good) return {};
  return fail(Code::unavailable, "cannot write " + path + ": " + std::strerror(error));
}

// That somebody else can come to the folder at all.
Result<void> reachable(const std::string& dir, Owner owner) {
  if (owner.uid == ::geteuid()) return {};
  for (std::filesystem::path at = dir; at != at.root_path(); at = at.parent_path()) {
    struct stat info {};
    if (::stat(at.c_str(), &info) != 0) continue;
    const bool enters = (info.st_mode & S_IXOTH) != 0 ||
                        (info.st_uid == owner.uid && (info.st_mode & S_IXUSR) != 0) ||
                        (info.st_gid == owner.gid && (info.st_mode & S_IXGRP) != 0);
    if (!enters) {
      return fail(Code::permission_denied,
                  "the broker's user cannot enter " + at.string() +
                      "; put the broker's folder elsewhere or chmod o+x it");
    }
  }
  return {};
}

}  // namespace

std::string mosquitto_config(const BrokerConfig& config) {
  std::ostringstream text;
  text << "# Written by trayline; mosquitto.conf(5), version 2.\n"
       << "per_listener_settings true\n"
       << "user " << config.user << "\n"
       << "persistence false\n"  // nothing is kept by a broker: who sends keeps
       << "log_dest stderr\n"
       << "log_timestamp_format %Y-%m-%dT%H:%M:%S\n"
       << "max_queued_messages " << config.queued_messages_max << "\n"
       << "max_inflight_messages " << config.inflight_messages_max << "\n"
       << "max_packet_size " << config.packet_bytes_max << "\n"
       << "memory_limit " << config.memory_bytes_max << "\n"
       << "set_tcp_nodelay true\n"
       << listener(config, config.device_port) << listener(config, config.cloud_port);
  if (config.plain_port != 0) {
    text << "\nlistener " << config.plain_port << " 127.0.0.1\nallow_anonymous true\n";
  }
  return text.str();
}

std::string mosquitto_acl(const BrokerConfig& config) {
  std::string text =
      "pattern write %u/up/#\n"
      "pattern read %u/down/#\n"
      "pattern readwrite $aws/things/%u/#\n";
  for (const std::string& host : config.cloud_hosts) {
    text += "\nuser cloud-" + host + "\ntopic read +/up/#\ntopic write +/down/#\n";
  }
  return text;
}

Result<void> write_broker(const BrokerConfig& config, const Identity& identity) {
  const Result<Owner> owner = owner_of(config);
  if (!owner) return fail(owner.error());
  const Result<std::string> ca = read(identity.ca_file);
  const Result<std::string> cert = read(identity.cert_file);
  const Result<std::string> key = read(identity.key_file);
  for (const auto* file : {&ca, &cert, &key}) {
    if (!*file) return fail(file->error());
  }
  std::error_code error;
  std::filesystem::create_directories(config.dir, error);
  if (error) return fail(Code::unavailable, "cannot make " + config.dir + ": " + error.message());
  if (::chmod(config.dir.c_str(), 0755) != 0) {
    return fail(Code::unavailable, "cannot chmod " + config.dir);
  }
  if (auto way = reachable(config.dir, *owner); !way) return way;
  const std::pair<const char*, std::string> files[] = {
      {"/ca.pem", *ca},
      {"/cert.pem", *cert},
      {"/key.pem", *key},
      {"/acl", mosquitto_acl(config)},
      {"/mosquitto.conf", mosquitto_config(config)}};
  for (const auto& [name, text] : files) {
    if (auto done = write(config.dir + name, text, 0600, *owner); !done) return done;
  }
  return {};
}

}  // namespace trayline::broker
