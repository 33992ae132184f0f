#include "tests/scenarios/cloud_in_memory.hpp"

#include "cloud/catalogue/service.hpp"
#include "cloud/evidence/service.hpp"
#include "cloud/monitors/service.hpp"
#include "cloud/payments/counter_provider.hpp"
#include "cloud/payments/service.hpp"
#include "cloud/push/service.hpp"
#include "cloud/webhooks/service.hpp"

namespace trayline::scenarios {
namespace {

std::vector<std::unique_ptr<host::Service>> all_services(const Surroundings& around) {
  auto uploads = std::make_shared<evidence::Settings>();
  uploads->env = around.settings->env;
  uploads->public_url = "http://127.0.0.1";
  uploads->upload_key = "a key for uploads";
  std::vector<std::unique_ptr<host::Service>> all;
  all.push_back(catalogue::make_service());
  all.push_back(orders::make_service(around.settings));
  all.push_back(payments::make_service());
  all.push_back(evidence::make_service(uploads));
  all.push_back(monitors::make_service(around.settings->env));
  all.push_back(push::make_service());
  all.push_back(webhooks::make_service(std::make_shared<webhooks::Settings>(), around.metrics));
  return all;
}

}  // namespace

Result<std::unique_ptr<CloudInMemory>> CloudInMemory::start(const Surroundings& around,
                                                            store::Store& db,
                                                            const std::string& name) {
  std::unique_ptr<CloudInMemory> made(new CloudInMemory);
  CloudInMemory& cloud = *made;
  const std::string& env = around.settings->env;
  cloud.services_ = all_services(around);
  cloud.counter_ = payments::make_counter_provider(db, around.clock);
  cloud.payments_ = payments::make_executor({around.provider, cloud.counter_.get()}, around.clock);
  cloud.bus_ = around.broker.client();
  host::Sinks sinks;
  sinks.publish = [bus = cloud.bus_.get()](std::vector<bus::Message> all) {
    for (bus::Message& m : all) bus->publish(std::move(m), [](Result<void>) {});
  };
  sinks.wake = [changed = around.changed](const std::vector<std::string>& keys) {
    for (const std::string& key : keys) {
      if (key.starts_with("order:")) changed(OrderId(key.substr(6)));
    }
  };
  std::vector<host::Service*> services;
  for (const auto& service : cloud.services_) services.push_back(service.get());
  cloud.host_ = std::make_unique<host::Host>(
      host::Parts{db, around.clock, around.random, around.metrics, std::move(sinks), host::Limits{},
                  name},
      services, std::vector<host::Executor*>{cloud.payments_.get(), &around.push});
  if (Result<void> started = cloud.host_->start(); !started) return fail(started.error());
  std::vector<host::Topic> topics = orders::topics(env);
  for (host::Topic& topic : monitors::topics()) topics.push_back(std::move(topic));
  cloud.intake_ = std::make_unique<host::Intake>(*cloud.host_, *cloud.bus_, env, std::move(topics),
                                                 around.metrics);
  if (auto heard = cloud.intake_->subscribe(true); !heard) return fail(heard.error());
  return made;
}

}  // namespace trayline::scenarios
