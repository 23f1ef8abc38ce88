// What the disk and SQLite allow and no server can beat: operations a second in bare C, with the same
// durability as the ledger (WAL, synchronous=FULL) and two commits for each operation, an operation
// row and an event row in each. In groups, one commit serves the whole group.
//
//   raw [-n OPERATIONS] [-k GROUP] FILE
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static sqlite3 *books;

static double now(void) {
  struct timespec reading;
  clock_gettime(CLOCK_MONOTONIC, &reading);
  return reading.tv_sec + reading.tv_nsec / 1e9;
}

static void check(int code) {
  if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
  fprintf(stderr, "raw: %s\n", sqlite3_errmsg(books));
  exit(1);
}

static sqlite3_stmt *prepared(const char *sql) {
  sqlite3_stmt *statement;
  check(sqlite3_prepare_v3(books, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL));
  return statement;
}

static void run(sqlite3_stmt *statement) {
  check(sqlite3_step(statement));
  sqlite3_reset(statement);
}

int main(int count, char **words) {
  long operations = 10000, group = 1;
  int option;
  while ((option = getopt(count, words, "n:k:")) != -1) switch (option) {
    case 'n': operations = atol(optarg); break;
    case 'k': group = atol(optarg); break;
    default: return 64;
  }
  if (optind != count - 1 || operations < 1 || group < 1) return 64;
  check(sqlite3_open(words[optind], &books));
  check(sqlite3_exec(books,
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
    "CREATE TABLE operations (id TEXT PRIMARY KEY, reference TEXT NOT NULL, amount INTEGER NOT NULL,"
    " currency TEXT NOT NULL, customer TEXT NOT NULL, state TEXT NOT NULL, version INTEGER NOT NULL);"
    "CREATE TABLE events (seq INTEGER PRIMARY KEY, operation TEXT NOT NULL, state TEXT NOT NULL)",
    NULL, NULL, NULL));
  sqlite3_stmt *begin = prepared("BEGIN IMMEDIATE"), *commit = prepared("COMMIT");
  sqlite3_stmt *insert = prepared("INSERT INTO operations VALUES (?1, ?2, 4999, 'USD', 'cus_1', 'validated', 1)");
  sqlite3_stmt *update = prepared("UPDATE operations SET state = 'captured', version = 2 WHERE id = ?1");
  sqlite3_stmt *note = prepared("INSERT INTO events (operation, state) VALUES (?1, ?2)");

  double began = now();
  for (long first = 0; first < operations; first += group) {
    for (int half = 0; half < 2; half++) {
      run(begin);
      for (long i = first; i < first + group && i < operations; i++) {
        char id[32], reference[32];
        sprintf(id, "op_%016lx", i * 0x9e3779b97f4a7c15);
        sprintf(reference, "INV-%08ld", i);
        sqlite3_stmt *change = half == 0 ? insert : update;
        sqlite3_bind_text(change, 1, id, -1, SQLITE_TRANSIENT);
        if (half == 0) sqlite3_bind_text(change, 2, reference, -1, SQLITE_TRANSIENT);
        run(change);
        sqlite3_bind_text(note, 1, id, -1, SQLITE_TRANSIENT);
        sqlite3_bind_text(note, 2, half == 0 ? "validated" : "captured", -1, SQLITE_STATIC);
        run(note);
      }
      run(commit);
    }
  }
  double took = now() - began;
  printf("{\"operations\":%ld,\"group\":%ld,\"per_second\":%.1f}\n", operations, group, operations / took);
  return 0;
}
