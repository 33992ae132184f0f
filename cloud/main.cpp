// trayline-cloud: every service of the cloud in one process.
#include "cloud/cloud.hpp"

int main(int argc, char** argv) {
  return trayline::command::finish(trayline::cloud::main_of_cloud(argc, argv), argc, argv);
}
