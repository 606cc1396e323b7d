#include "term_postings.h"

#include <sqlite3.h>
#include <stdlib.h>

static const char type_name[] = "term_postings";

static int grow(struct term_postings *postings) {
    size_t capacity = postings->capacity ? postings->capacity * 2 : 1024;
    int64_t *rows = realloc(postings->rows, capacity * sizeof *rows);
    if (!rows) return SQLITE_NOMEM;
    postings->rows = rows;
    uint8_t *columns = realloc(postings->columns, capacity);
    if (!columns) return SQLITE_NOMEM;
    postings->columns = columns;
    postings->capacity = capacity;
    return SQLITE_OK;
}

static int collect_row(const Fts5ExtensionApi *api, Fts5Context *context, void *user_data) {
    struct term_postings *postings = user_data;
    if (postings->count == postings->limit) {
        postings->is_cut = 1;
        return SQLITE_DONE;
    }
    if (postings->count == postings->capacity) {
        int code = grow(postings);
        if (code != SQLITE_OK) return code;
    }
    Fts5PhraseIter iterator;
    int column = 0;
    int code = api->xPhraseFirstColumn(context, 0, &iterator, &column);
    if (code != SQLITE_OK) return code;
    postings->rows[postings->count] = api->xRowid(context);
    postings->columns[postings->count] = column < 0 ? 0 : (uint8_t)column;
    postings->count++;
    return SQLITE_OK;
}

static void collect(const Fts5ExtensionApi *api, Fts5Context *context, sqlite3_context *result, int count,
                    sqlite3_value **values) {
    struct term_postings *postings = count == 1 ? sqlite3_value_pointer(values[0], type_name) : NULL;
    if (!postings) {
        sqlite3_result_error(result, "term_postings needs its postings", -1);
        return;
    }
    postings->count = 0;
    postings->is_cut = 0;
    int code = api->xQueryPhrase(context, 0, postings, collect_row);
    if (code != SQLITE_OK) sqlite3_result_error_code(result, code);
}

int term_postings_register(sqlite3 *db) {
    sqlite3_stmt *statement = NULL;
    fts5_api *api = NULL;
    int code = sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &statement, NULL);
    if (code != SQLITE_OK) return code;
    sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", NULL);
    sqlite3_step(statement);
    code = sqlite3_finalize(statement);
    if (code != SQLITE_OK) return code;
    if (!api) return SQLITE_ERROR;
    return api->xCreateFunction(api, type_name, NULL, collect, NULL);
}

int term_postings_bind(sqlite3_stmt *statement, int index, struct term_postings *postings) {
    return sqlite3_bind_pointer(statement, index, postings, type_name, NULL);
}

void term_postings_clear(struct term_postings *postings) {
    free(postings->rows);
    free(postings->columns);
    *postings = (struct term_postings){0};
}
