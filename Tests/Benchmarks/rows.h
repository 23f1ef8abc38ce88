// A row of the first operation, taken apart where its own names, amounts and times stand, and put together
// again with another's.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { customers = 100000, burst = 10, per_run = 1000, gap = 260, most_columns = 64, most_pieces = 16 };

static sqlite3 *books;
static long long count;

static _Noreturn void give_up(const char *form, ...) {
  va_list words;
  va_start(words, form);
  fputs("ledger: ", stderr);
  vfprintf(stderr, form, words);
  fputc('\n', stderr);
  exit(1);
}

static void check(int code) {
  if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW)
    give_up("%s", sqlite3_errmsg(books));
}

static void run(const char *sql) {
  check(sqlite3_exec(books, sql, NULL, NULL, NULL));
}

static sqlite3_stmt *prepared(const char *sql) {
  sqlite3_stmt *statement;
  check(sqlite3_prepare_v3(books, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL));
  return statement;
}

// The first column of the first row of a query, to be freed; NULL without one.
static char *asked(const char *sql) {
  sqlite3_stmt *statement = prepared(sql);
  char *text = NULL;
  if (sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_text(statement, 0) != NULL)
    text = strdup((const char *)sqlite3_column_text(statement, 0));
  sqlite3_finalize(statement);
  return text;
}

// What is an operation's own. The first operation is told apart by these marks, which occur nowhere else.
typedef struct {
  char id[32], key[32], number[24], run[24], customer[24], amount[24], processor[40];
  long long created, money, took;
} names;

enum slot { id, key, number, run_number, customer, amount, processor, slots };

static const char *name(const names *its, int slot) {
  switch (slot) {
    case id: return its->id;
    case key: return its->key;
    case number: return its->number;
    case run_number: return its->run;
    case customer: return its->customer;
    case amount: return its->amount;
    default: return its->processor;
  }
}

static names pattern;
static char *namespace;

// An identity's digest, and how it is spelled (Sources/Payments/Identity.swift): the id is one half of it,
// the keys begin with the other.
static void identify(unsigned char *into, const char *reference) {
  unsigned char bytes[256];
  int length = sprintf((char *)bytes, "bursar.identity.1%c%s%ccharge%creference%c%s", 0, namespace, 0, 0, 0,
                       reference);
  SHA256(bytes, length, into);
}

static void spell(char *text, const unsigned char *digest, int first, int letters) {
  for (int i = 0; i < letters; i++) {
    int value = 0;
    for (int bit = (first + i) * 5; bit < (first + i) * 5 + 5; bit++)
      value = value << 1 | (bit < 256 && digest[bit / 8] >> (7 - bit % 8) & 1);
    text[i] = "abcdefghijklmnopqrstuvwxyz234567"[value];
  }
  text[letters] = 0;
}

static uint64_t mixed(uint64_t bits) {
  bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9;
  bits = (bits ^ bits >> 27) * 0x94d049bb133111eb;
  return bits ^ bits >> 31;
}

static long long customer_of(long long i) { return i / burst % customers; }
static long long money_of(long long i) { return 500 + (long long)(mixed(i) % 4000); }
static long long created_of(long long i) { return pattern.created - (count - i) * gap; }

static void name_all(names *its, long long i) {
  unsigned char digest[32];
  char reference[32];
  sprintf(reference, "INV-%lld", 20000000 + i);
  identify(digest, reference);
  memcpy(its->id, "op_", 3);
  spell(its->id + 3, digest, 0, 26);
  memcpy(its->key, "b1_", 3);
  spell(its->key + 3, digest, 26, 26);
  its->money = money_of(i);
  its->created = created_of(i);
  sprintf(its->number, "%lld", 20000000 + i);
  sprintf(its->run, "%lld", 100000 + i / per_run);
  sprintf(its->customer, "%lld", 100000 + customer_of(i));
  sprintf(its->amount, "%lld", its->money);
  sprintf(its->processor, "pi_sandbox_%09lld", i + 2);
}

// A text of the first operation, taken apart: literal pieces and, after each, whose name stands there.
typedef struct {
  int type, pieces;
  long long integer;
  bool is_time, is_money;
  struct { char *bytes; int length, slot; } piece[most_pieces];
} column;

typedef struct {
  int width;
  column columns[most_columns];
} row;

static void take_apart(column *it, const char *bytes, int length) {
  int start = 0;
  for (int at = 0; at <= length; at++) {
    int slot = slots;
    for (int s = 0; s < slots && at < length; s++) {
      size_t size = strlen(name(&pattern, s));
      if (size > 0 && at + (int)size <= length && memcmp(bytes + at, name(&pattern, s), size) == 0) {
        slot = s;
        break;
      }
    }
    if (slot == slots && at < length) continue;
    if (it->pieces == most_pieces) give_up("a text of the first operation has too many names in it");
    char *literal = malloc(at - start + 1);
    memcpy(literal, bytes + start, at - start);
    it->piece[it->pieces].bytes = literal;
    it->piece[it->pieces].length = at - start;
    it->piece[it->pieces++].slot = slot;
    if (slot < slots) at += (int)strlen(name(&pattern, slot)) - 1;
    start = at + 1;
  }
}

static bool is_near(long long value) {
  return llabs(value - pattern.created) < 600000;
}

static void learn(row *it, sqlite3_stmt *statement) {
  it->width = sqlite3_column_count(statement);
  if (it->width > most_columns) give_up("a table has too many columns");
  for (int c = 0; c < it->width; c++) {
    column *column = &it->columns[c];
    memset(column, 0, sizeof *column);
    column->type = sqlite3_column_type(statement, c);
    column->integer = sqlite3_column_int64(statement, c);
    column->is_time = column->type == SQLITE_INTEGER && is_near(column->integer);
    column->is_money = column->type == SQLITE_INTEGER && column->integer == pattern.money;
    if (column->type == SQLITE_TEXT || column->type == SQLITE_BLOB) {
      const char *bytes = sqlite3_column_blob(statement, c);
      take_apart(column, bytes == NULL ? "" : bytes, sqlite3_column_bytes(statement, c));
    }
  }
}

static int put_together(char *text, const column *it, const names *its) {
  int length = 0;
  for (int p = 0; p < it->pieces; p++) {
    memcpy(text + length, it->piece[p].bytes, it->piece[p].length);
    length += it->piece[p].length;
    if (it->piece[p].slot == slots) continue;
    const char *own = name(its, it->piece[p].slot);
    memcpy(text + length, own, strlen(own));
    length += (int)strlen(own);
  }
  return length;
}

// A value as it is to be written.
typedef struct {
  int type, length;
  long long integer;
  const unsigned char *bytes;
} value;

// The values of an operation's own row, their bytes in `texts`.
static void fill(value *values, char *texts, size_t most, const row *it, const names *its) {
  char *text = texts;
  for (int c = 0; c < it->width; c++) {
    const column *column = &it->columns[c];
    values[c] = (value){.type = column->type, .integer = column->integer};
    if (column->is_time) values[c].integer += its->created - pattern.created;
    if (column->is_money) values[c].integer = its->money;
    if (column->type != SQLITE_TEXT && column->type != SQLITE_BLOB) continue;
    if (texts + most - text < 8192) give_up("a row of the first operation is too long");
    values[c].bytes = (const unsigned char *)text;
    values[c].length = put_together(text, column, its);
    text += values[c].length + 1;
  }
}

static void insert(sqlite3_stmt *insertion, const value *values, int width) {
  for (int c = 0; c < width; c++) switch (values[c].type) {
    case SQLITE_NULL: sqlite3_bind_null(insertion, c + 1); break;
    case SQLITE_INTEGER: sqlite3_bind_int64(insertion, c + 1, values[c].integer); break;
    case SQLITE_TEXT:
      sqlite3_bind_text(insertion, c + 1, (const char *)values[c].bytes, values[c].length, SQLITE_STATIC);
      break;
    default: sqlite3_bind_blob(insertion, c + 1, values[c].bytes, values[c].length, SQLITE_STATIC);
  }
  check(sqlite3_step(insertion));
  sqlite3_reset(insertion);
}

static void write_row(sqlite3_stmt *insertion, const row *it, const names *its) {
  static char texts[1 << 16];
  value values[most_columns];
  fill(values, texts, sizeof texts, it, its);
  insert(insertion, values, it->width);
}

static sqlite3_stmt *insertion(const char *table, int width) {
  char sql[256];
  int length = sprintf(sql, "INSERT INTO %s VALUES (?", table);
  for (int c = 1; c < width; c++) length += sprintf(sql + length, ",?");
  strcpy(sql + length, ")");
  return prepared(sql);
}

// The rows of a table that are the first operation's, in order.
static int learn_all(row *rows, int most, const char *sql) {
  sqlite3_stmt *statement = prepared(sql);
  int found = 0;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    if (found == most) give_up("the first operation has too many rows");
    learn(&rows[found++], statement);
  }
  sqlite3_finalize(statement);
  return found;
}
