// The command lines of `trayline migrate`, `backup`, `restore` and `move`.
#pragma once

namespace trayline::database {

// Each takes its own name as argv[0]. 0: done; 1: it failed, with the reason on standard error; 2
// and above: the command line.
int main_of_migrate(int argc, char** argv);
int main_of_backup(int argc, char** argv);
int main_of_restore(int argc, char** argv);
int main_of_move(int argc, char** argv);

}  // namespace trayline::database
