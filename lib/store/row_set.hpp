// The set of rows of a statement as a table that SQLite reads in place. Private to this module.
#pragma once
#include "lib/store/store.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace trayline::store {

// Makes the table-valued function row_set(:rows) known, with the columns c0, c1, ... of whatever
// Rows are bound; there are none without any. An SQLite code.
int add_row_set(sqlite3* db);
// An SQLite code. rows live until the statement is reset; nothing is copied.
int bind_row_set(sqlite3_stmt* statement, int parameter, const Rows& rows);

}  // namespace trayline::store
