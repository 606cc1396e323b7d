#pragma once

#include <stddef.h>
#include <stdint.h>

struct sqlite3;
struct sqlite3_stmt;

/// The rows of an FTS5 table (`detail=column`) that have a term, and the first column that has it, in the order of rows.
struct term_postings {
    int64_t *rows;
    uint8_t *columns;
    size_t count;
    size_t capacity;
    /// When more rows have the term, the first of them are collected and `is_cut` is set.
    size_t limit;
    int is_cut;
};

/// Gives a connection the SQL function `term_postings(table, ?)` of FTS5, which collects the rows of the query's first
/// phrase into the `struct term_postings` that is bound to its parameter. FTS5's own way to them, a row of a result for
/// each, takes several times as long. Returns a result code of SQLite.
int term_postings_register(struct sqlite3 *db);

/// Binds the postings, which must stay where they are while the statement is used.
int term_postings_bind(struct sqlite3_stmt *statement, int index, struct term_postings *postings);

/// Frees what was collected.
void term_postings_clear(struct term_postings *postings);
