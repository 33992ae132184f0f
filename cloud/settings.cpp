#include "cloud/settings.hpp"

#include <filesystem>

#include "lib/wire/topics.hpp"

namespace trayline::cloud {
namespace {

bool is_url(const std::string& text) {
  return text.starts_with("http://") || text.starts_with("https://");
}

void check_store(const StoreSettings& store, config::Complaints& wrong) {
  if (store.engine != "sqlite" && store.engine != "postgres") {
    wrong("store/engine", "must be sqlite or postgres");
  }
  const bool postgres = store.engine == "postgres";
  if (postgres && store.url.empty()) {
    wrong("store/url", "is needed, such as postgresql://trayline@db.example/trayline");
  }
  if (!postgres && (!store.url.empty() || !store.password_file.empty())) {
    wrong("store/engine", "must be postgres where url or password_file is given");
  }
  if (store.connections < kConnectionsLeast || store.connections > kConnectionsMost) {
    wrong("store/connections", "must be 3 to 64");
  }
}

}  // namespace

void Settings::validate(config::Complaints& wrong) const {
  if (!wire::is_env(env)) wrong("env", "must be [a-z0-9]{1,16}");
  if (data_dir.empty()) wrong("data_dir", "must name a folder");
  const std::pair<const char*, const std::string*> urls[] = {
      {"listen/public_url", &listen.public_url}, {"payments/url", &payments.url},
      {"payments/app_url", &payments.app_url},   {"accounts/issuer", &accounts.issuer},
      {"accounts/mail_url", &accounts.mail_url}, {"accounts/jwks_url", &accounts.jwks_url},
      {"push/endpoint_url", &push.endpoint_url}};
  for (const auto& [name, url] : urls) {
    if (!url->empty() && !is_url(*url)) wrong(name, "must begin with http:// or https://");
    if (url->ends_with('/')) wrong(name, "must not end with a slash");
  }
  check_store(store, wrong);
  const bool tls = !broker.ca.empty() || !broker.cert.empty() || !broker.key.empty();
  if (tls && (broker.ca.empty() || broker.cert.empty() || broker.key.empty())) {
    wrong("broker", "ca, cert and key belong together");
  }
  if (payments.compare_hour > kHourMost) wrong("payments/compare_hour", "must be 0 to 23");
  if (orders.ttl.value < std::chrono::minutes(1)) wrong("orders/ttl", "must be 1min at least");
  if (orders.basket_ttl.value < std::chrono::seconds(10)) {
    wrong("orders/basket_ttl", "must be 10s at least");
  }
  if (orders.code_life.value < std::chrono::seconds(10)) {
    wrong("orders/code_life", "must be 10s at least");
  }
  if (orders.customer_open_max < 1 || orders.customer_open_max > kCustomerOpenMost) {
    wrong("orders/customer_open_max", "must be 1 to 1000000");
  }
}

Result<Settings> load_settings(const std::string& path) {
  const Result<config::Document> document = config::load_toml(path);
  if (!document && document.error().code == Code::not_found)
    return fail(Code::not_found,
                document.error().detail +
                    "; name the cloud's settings by --config (`trayline up` writes "
                    "a cloud.toml into its state folder, docs/operations/run.md "
                    "says what is in it)");
  if (!document) return fail(document.error());
  Result<Settings> settings =
      config::read_config<Settings>(*document, config::process_environment());
  if (!settings) return settings;
  const std::filesystem::path folder = std::filesystem::absolute(path).parent_path();
  const auto absolute = [&](std::string& file) {
    if (!file.empty()) file = (folder / file).lexically_normal().string();
  };
  absolute(settings->data_dir);
  absolute(settings->store_file);
  for (std::string* file :
       {&settings->store.password_file, &settings->broker.ca, &settings->broker.cert,
        &settings->broker.key, &settings->payments.secret_key_file,
        &settings->payments.publishable_key_file, &settings->payments.ca}) {
    absolute(*file);
  }
  for (std::string& file : settings->payments.webhook_secret_files) absolute(file);
  for (WebhookEndpoint& endpoint : settings->webhooks.endpoint) {
    for (std::string& file : endpoint.secret_files) absolute(file);
    absolute(endpoint.ca);
  }
  return settings;
}

}  // namespace trayline::cloud
