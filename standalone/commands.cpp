#include "standalone/commands.hpp"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "infra/core/core.hpp"
#include "lib/base/file.hpp"
#include "standalone/doctor/doctor.hpp"
#include "standalone/replay/replay.hpp"
#include "standalone/up/state_folder.hpp"
#include "standalone/vision/vision.hpp"

namespace trayline::standalone {
namespace {

using command::failed;
using command::Outcome;

void print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  if (!text.empty() && text.back() != '\n') std::fputc('\n', stdout);
}

Outcome create_core(const std::string& state, const wire::Resource& resource, bool local,
                    bool json) {
  const Result<core::Created> made =
      core::create_core(core::Places{state}, resource, local, SystemClock());
  if (!made) return failed("trayline core create", made.error());
  if (!json) {
    print(core::to_text(*made));
    return 0;
  }
  print(Json::object({{"resource", made->resource},
                      {"identity", made->identity},
                      {"writes", made->writes},
                      {"reads", made->reads}})
            .dump());
  return 0;
}

Outcome enrol(const vision_cli::EnrolOptions& options, bool json) {
  const Result<vision_cli::EnrolReport> report = vision_cli::enrol(options, SystemClock());
  if (!report) return failed("trayline vision enrol", report.error());
  if (json) {
    print(vision_cli::to_json(*report).dump());
    return 0;
  }
  std::printf("%s: %zu views added, %zu in all, %zu of %zu recognised without themselves\n",
              report->sku.c_str(), report->added, report->views, report->recognised,
              report->checked);
  if (!report->nearest_sku.empty()) {
    std::printf("looks most like %s\n", report->nearest_sku.c_str());
  }
  for (const vision_cli::RefusedPhoto& photo : report->refused) {
    std::printf("not taken: %s: %s\n", photo.photo.c_str(), photo.why.c_str());
  }
  if (!report->advice.empty()) print(report->advice);
  return 0;
}

Outcome predict(const vision_cli::PredictOptions& options, const std::string& out) {
  const Result<Json> predictions = vision_cli::predict(options);
  if (!predictions) return failed("trayline vision predict", predictions.error());
  if (out.empty()) {
    print(predictions->dump());
    return 0;
  }
  errno = 0;
  std::ofstream file(out);
  file << predictions->dump() << '\n';
  file.close();
  if (file) return 0;
  return failed("trayline vision predict",
                {Code::unavailable, out + " cannot be written: " + why_not(errno)});
}

Outcome embed(const std::vector<std::string>& photos) {
  const Result<Json> vectors = vision_cli::embed(photos);
  if (!vectors) return failed("trayline vision embed", vectors.error());
  const Json* all = vectors->at("vectors");
  for (const Json& vector : *all->as_array()) print(vector.dump());
  return 0;
}

}  // namespace

command::Outcome main_of_core(int argc, char** argv) {
  CLI::App app(
      "Makes cores: key, certificate and names derived from IoT-<env>-<core>.\n"
      "Example: trayline core create --env local --core store-1 --local",
      "trayline core");
  app.require_subcommand(1);
  std::string state = up::default_state_dir();
  std::string core_id;
  wire::Resource resource{"local", CoreId()};
  bool local = false;
  bool json = false;
  CLI::App* create =
      app.add_subcommand("create",
                         "A core with its key and certificate.\n"
                         "Example: trayline core create --env local --core store-1 --local");
  create->add_option("--env", resource.env, "Environment, [a-z0-9]{1,16}")->required();
  create->add_option("--core", core_id, "Its id, [a-z0-9-]{1,40}")->required();
  create->add_option("--state", state, "Where pki/ and cores/ are")->capture_default_str();
  create->add_flag("--local", local, "Make a certificate authority here where there is none");
  create->add_flag("--json", json, "One JSON object");
  if (auto over = command::parse(app, argc, argv)) return *over;
  resource.core = CoreId(core_id);
  return create_core(state, resource, local, json);
}

command::Outcome main_of_vision(int argc, char** argv) {
  CLI::App app(
      "Recognition on your own pictures.\n"
      "Example: trayline vision enrol --gallery menu.gallery --sku apple apple/*.jpg\n"
      "         trayline vision predict --gallery menu.gallery --manifest M.json --out P.json",
      "trayline vision");
  app.require_subcommand(1);
  vision_cli::EnrolOptions enrol_options;
  bool json = false;
  CLI::App* enrolling = app.add_subcommand(
      "enrol",
      "Adds views of an item to a gallery.\n"
      "Example: trayline vision enrol --gallery menu.gallery --sku apple apple/*.jpg");
  enrolling->add_option("--gallery", enrol_options.gallery, "Made where there is none")->required();
  enrolling->add_option("--sku", enrol_options.sku, "[A-Za-z0-9_-]{1,64}")->required();
  enrolling->add_option("--name", enrol_options.name, "What people call it");
  enrolling->add_option("--reference", enrol_options.reference,
                        "Photo of the empty tray; without it a whole photo is the item");
  enrolling->add_option("--px-per-mm", enrol_options.px_per_mm, "Of a calibrated station");
  enrolling->add_option("photos", enrol_options.photos, "JPEG or PNG files")->required();
  enrolling->add_flag("--json", json, "One JSON object");
  vision_cli::PredictOptions predict_options;
  std::string out;
  CLI::App* predicting = app.add_subcommand(
      "predict",
      "Says what lies on trays.\n"
      "Example: trayline vision predict --gallery menu.gallery --manifest M.json --out P.json");
  predicting->add_option("--gallery", predict_options.gallery, "Made by enrol")->required();
  predicting
      ->add_option(
          "--manifest", predict_options.manifest,
          "{\"frames\": [{\"frame\", \"reference\"?, \"order\"?: [{\"sku\", \"count\"}]}]}")
      ->required();
  predicting->add_option("--out", out, "File for the answer; standard output without it");
  predicting->add_option("--px-per-mm", predict_options.px_per_mm, "As at enrolment");
  predicting->add_flag("--json", json, "The answer is one JSON text, as without it");
  std::vector<std::string> photos;
  CLI::App* embedding =
      app.add_subcommand("embed",
                         "Prints the vectors of whole photos.\n"
                         "Example: trayline vision embed apple/1.jpg apple/2.jpg");
  embedding->add_option("photos", photos, "JPEG or PNG files")->required();
  embedding->add_flag("--json", json, "Every vector is one JSON object, as without it");
  if (auto over = command::parse(app, argc, argv)) return *over;
  if (enrolling->parsed()) return enrol(enrol_options, json);
  if (predicting->parsed()) return predict(predict_options, out);
  return embed(photos);
}

command::Outcome main_of_replay(int argc, char** argv) {
  CLI::App app(
      "Looks again at the tray of an order, from the stored pictures; exit status 0 if it sees "
      "the\n"
      "same items and says the same.\n"
      "Example: trayline replay 0190a3c2-...",
      "trayline replay");
  replay::Options options;
  options.state = up::default_state_dir();
  bool json = false;
  app.add_option("order", options.order, "The order's id")->required();
  app.add_option("--state", options.state, "Folder of the store")->capture_default_str();
  app.add_option("--config", options.config, "cloud.toml, where it is not in the state folder");
  app.add_option("--gallery", options.gallery, "menu.gallery of the camera");
  app.add_option("--station", options.station, "station.json of the camera");
  app.add_flag("--json", json, "One JSON object");
  if (auto over = command::parse(app, argc, argv)) return *over;
  const Result<replay::Report> report = replay::replay(options);
  if (!report) return failed("trayline replay", report.error());
  print(json ? replay::to_json(*report).dump() : replay::to_text(*report));
  return report->same ? 0 : 1;
}

command::Outcome main_of_doctor(int argc, char** argv) {
  CLI::App app(
      "Looks at this machine and the state folder: versions, limits by name, certificates, ports,\n"
      "disk; exit status 1 if something is bad.\nExample: trayline doctor --json",
      "trayline doctor");
  std::string state = up::default_state_dir();
  bool json = false;
  app.add_option("--state", state, "Folder of the store")->capture_default_str();
  app.add_flag("--json", json, "One JSON object");
  if (auto over = command::parse(app, argc, argv)) return *over;
  std::error_code ec;
  const std::string program = std::filesystem::read_symlink("/proc/self/exe", ec).string();
  const doctor::Report report = doctor::examine(program, state, SystemClock());
  print(json ? doctor::to_json(report).dump() : doctor::to_text(report));
  return report.ok() ? 0 : 1;
}

}  // namespace trayline::standalone
