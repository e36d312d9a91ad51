#include "services/composer/exclude.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "services/composer/reading.h"
#include "store/catalogue_path.h"
#include "store/community.h"

enum { PERSIST_MS = 10000, PATIENCE_US = 5000000, PERIOD_US = 2000000, PLACES = 2, PART = 16 /* rows of one ask */ };

/* ---- the setting ---- */

static void add_line(struct exclude *x, struct text line)
{
    while (line.len && isspace((unsigned char)line.at[line.len - 1]))
        line.len--;
    while (line.len && isspace((unsigned char)*line.at))
        line = (struct text){ line.len - 1, line.at + 1 };
    if (!line.len)
        return;
    if (x->count == EXCLUDE_LINES)
        (void)snprintf(x->mistake, sizeof(x->mistake), "the setting [composer] exclude has more than %d folders",
                       EXCLUDE_LINES);
    else
        (void)text_copy(x->lines[x->count++].text, PATH_MAX, line);
}

void exclude_read(struct exclude *x, struct config *config)
{
    struct text rest = text_of(config_text(config, "composer.exclude"));
    const struct config_line *one;
    uint32_t count;

    x->lines = alloc_zeroed(EXCLUDE_LINES, sizeof(*x->lines));
    while (rest.len)
        add_line(x, text_cut(&rest, ':'));
    one = config_lines(config, &count);
    for (uint32_t i = 0; i < count; i++)
        if (text_starts(one[i].key, TEXT("composer.")) && !setting_named(one[i].key))
            (void)snprintf(x->mistake, sizeof(x->mistake), "the line %d of loophole.conf, \"%.*s\", is no setting",
                           one[i].line, (int)(one[i].key.len < 64 ? one[i].key.len : 64), one[i].key.at);
}

void exclude_free(struct exclude *x)
{
    child_process_end(&x->child);
    buffer_free(&x->got);
    free(x->lines);
}

/* ---- links ---- */

static int follow_links(void *state, int to)
{
    const struct exclude *x = state;
    char real[PATH_MAX];
    bool wrote = true;

    for (uint32_t i = 0; wrote && i < x->count; i++) {
        if (x->lines[i].text[0] != '/' || !realpath(x->lines[i].text, real))
            real[0] = 0;
        wrote = child_process_write(to, real, strlen(real) + 1);
    }
    return wrote ? 0 : 1;
}

static void take_paths(struct exclude *x)
{
    const char *at = buffer_c(&x->got);
    size_t left = x->got.len;

    for (uint32_t i = 0; i < x->count && left; i++) {
        size_t len = strnlen(at, left);
        if (len == left || len >= PATH_MAX)
            return;
        x->lines[i].is_followed = true;
        if (len) /* a line keeps its last place while nothing is there */
            memcpy(x->lines[i].real, at, len + 1);
        at += len + 1;
        left -= len + 1;
    }
}

static void read_paths(struct exclude *x)
{
    char piece[PATH_MAX];
    ssize_t got;

    while ((got = read(x->child.from, piece, sizeof(piece))) > 0)
        buffer_add(&x->got, piece, (size_t)got);
    if (got < 0 && (errno == EAGAIN || errno == EINTR) && clock_steady() < x->deadline)
        return;
    child_process_end(&x->child);
    take_paths(x);
    x->has_paths = true;
}

static void begin_following(struct exclude *x)
{
    struct fault fault = { 0 };

    buffer_reset(&x->got);
    x->got.limit = (size_t)EXCLUDE_LINES * PATH_MAX;
    x->deadline = clock_steady() + PATIENCE_US;
    if (child_process_begin(&x->child, follow_links, x, &fault) == ERR_OK)
        x->is_due = false;
    else
        x->next = clock_steady() + PERIOD_US;
}

/* ---- folders ---- */

/* A line within one look at the store. */
struct looked_line {
    struct id folders[PLACES]; /* that the line names */
    uint32_t count;
    bool has_row, lacks_row;
};

static bool is_row_of(const struct exclusion *row, const char *line)
{
    return row->line.len == strlen(line) && memcmp(row->line.at, line, row->line.len) == 0;
}

static bool has_row(const struct exclusion_list *rows, const char *line, const struct id *folder)
{
    for (uint32_t i = 0; i < rows->count; i++)
        if (is_row_of(&rows->at[i], line) && (!folder || id_equal(rows->at[i].folder, *folder)))
            return true;
    return false;
}

static enum err add_place(struct txn *txn, struct arena *arena, const char *path, struct looked_line *to)
{
    struct id folder;
    enum err e =
        path[0] == '/' ? catalogue_folder_at(txn, arena, bytes_of(path, strlen(path)), &folder) : ERR_NOT_FOUND;

    if (e == ERR_OK)
        to->folders[to->count++] = folder;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Another folder may be at the place of one that was renamed: then the line names both. */
static enum err look_at_line(struct txn *txn, struct arena *arena, const struct exclude_line *line,
                             const struct exclusion_list *rows, struct looked_line *to)
{
    enum err e = add_place(txn, arena, line->text, to);

    if (e == ERR_OK && strcmp(line->text, line->real) != 0)
        e = add_place(txn, arena, line->real, to);
    to->has_row = has_row(rows, line->text, NULL);
    for (uint32_t i = 0; i < to->count; i++)
        to->lacks_row = to->lacks_row || !has_row(rows, line->text, &to->folders[i]);
    return e;
}

/* True until the first look has ended. */
static bool is_looking(const struct exclude *x)
{
    return x->count && !x->is_judged;
}

/* A link may lead elsewhere than in an earlier run, whose row the line still has. */
static bool is_unknown(const struct exclude *x, uint32_t line)
{
    return is_looking(x) || !x->lines[line].is_followed;
}

static enum err explain_line(const struct exclude_line *line, bool is_new, struct fault *why)
{
    if (line->text[0] != '/') {
        fault_set(why, ERR_DENIED, "nothing is shared: the setting [composer] exclude names \"%.120s\"", line->text);
        return fault_hint(why, "expected the absolute path of a folder, without quotes: /music/clients");
    }
    if (is_new)
        return fault_set(why, ERR_BUSY, "nothing is shared yet: the folders of [composer] exclude are looked up");
    if (!line->is_followed) {
        fault_set(why, ERR_DENIED, "nothing is shared: the file system of \"%.120s\" does not answer", line->text);
        return fault_hint(why, "mount it again, or correct [composer] exclude and restart the engine");
    }
    fault_set(why, ERR_DENIED,
              "nothing is shared: [composer] exclude names \"%.120s\", which is no folder of the catalogue",
              line->text);
    return fault_hint(why, "correct the line and restart the engine, or index that folder");
}

static bool explain_damage(struct txn *txn, struct arena *arena, const struct exclusion_list *rows, struct fault *why)
{
    struct bytes path = { 0, NULL };
    uint32_t i = 0;

    while (i < rows->count && !community_is_damaged(&rows->at[i]))
        i++;
    if (i == rows->count)
        return false;
    (void)catalogue_folder_last_path(txn, arena, rows->at[i].folder, &path);
    fault_set(why, ERR_DENIED, "nothing is shared: the record of the excluded folder \"%.*s\" is damaged",
              (int)(path.len < 300 ? path.len : 300), (const char *)path.at);
    fault_hint(why, "`loophole composer exclude remove` removes it; then exclude the folder again");
    return true;
}

bool exclude_stops(const struct exclude *x, struct txn *txn, struct arena *arena, struct fault *why)
{
    struct exclusion_list rows = { 0 };
    enum err e = community_exclusions(txn, arena, &rows);

    if (x->mistake[0]) {
        fault_set(why, ERR_DENIED, "nothing is shared: %s", x->mistake);
        fault_hint(why, "`loophole config` lists the settings; restart the engine after the correction");
        return true;
    }
    if (e == ERR_OK && explain_damage(txn, arena, &rows, why))
        return true;
    for (uint32_t i = 0; e == ERR_OK && i < x->count; i++) {
        struct looked_line line = { 0 };
        e = look_at_line(txn, arena, &x->lines[i], &rows, &line);
        if (e == ERR_OK && (is_unknown(x, i) || !line.has_row || line.lacks_row)) {
            explain_line(&x->lines[i], is_looking(x) || (line.lacks_row && !x->is_failing), why);
            return true;
        }
    }
    if (e != ERR_OK)
        fault_set(why, ERR_DENIED, "nothing is shared: the excluded folders cannot be read");
    return e != ERR_OK;
}

/* False while what a talk sends was read already, and in steps that send nothing of this studio. */
static bool is_sending_next(const struct composer *c)
{
    return c->step <= STEP_GATHER || (c->step == STEP_TALK && !c->talk.child.pid);
}

bool exclude_holds(struct composer *c, struct txn *txn, struct arena *arena, const struct exchange_state *state,
                   struct fault *why)
{
    if (state->level.value <= SHARING_ASK || !is_sending_next(c) || !exclude_stops(&c->exclude, txn, arena, why))
        return false;
    if (why->code == ERR_BUSY) {
        *why = (struct fault){ 0 };
        c->exclude.has_paths = c->exclude.is_judged; /* persist keeps the new rows before the next turn */
    }
    return true;
}

const char *exclude_line_of(const struct exclude *x, const struct exclusion_list *rows, struct id folder)
{
    for (uint32_t i = 0; i < x->count; i++)
        if (has_row(rows, x->lines[i].text, &folder))
            return x->lines[i].text;
    return NULL;
}

/* ---- rows ---- */

static void end_keeping(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct composer *c = state;

    (void)answer;
    c->exclude.is_keeping = false;
    if (error != ERR_OK && !c->exclude.is_failing)
        log_fault("keeping the excluded folders", fault);
    c->exclude.is_failing = error != ERR_OK;
    c->exclude.is_judged = true;
    if (error != ERR_OK)
        return;
    c->exclude.has_paths = true; /* the next turn looks whether all is kept */
    c->exclude.is_new = true;
}

static void add_rows(const struct exclude_line *line, const struct looked_line *looked,
                     const struct exclusion_list *rows, struct exclusion_list *to)
{
    for (uint32_t i = 0; i < looked->count && to->count < PART; i++)
        if (!has_row(rows, line->text, &looked->folders[i]))
            to->at[to->count++] =
                (struct exclusion){ .folder = looked->folders[i], .line = bytes_of(line->text, strlen(line->text)) };
}

/* Finds the first rows that are not kept yet. Returns true if the place of each line is known, and it has a row or gets
 * one. */
static bool find_rows(const struct exclude *x, struct txn *txn, struct arena *arena, struct exclusion_list *to)
{
    struct exclusion_list rows = { 0 };
    enum err e = community_exclusions(txn, arena, &rows);
    bool has_all = true;

    *to = (struct exclusion_list){ 0, arena_array(arena, PART, sizeof(*to->at)) };
    for (uint32_t i = 0; e == ERR_OK && to->at && i < x->count; i++) {
        struct looked_line line = { 0 };
        e = look_at_line(txn, arena, &x->lines[i], &rows, &line);
        add_rows(&x->lines[i], &line, &rows, to);
        has_all = has_all && x->lines[i].is_followed && (line.has_row || line.count);
    }
    return e == ERR_OK && to->at && has_all;
}

static void keep_rows(struct composer *c)
{
    struct exclude *x = &c->exclude;
    struct persist_composer changes = { 0 };
    struct arena arena = { 0 };
    struct fault fault = { 0 };
    struct txn *txn;

    if (reading_begin(c, &txn, &fault) != ERR_OK)
        return;
    bool has_all = find_rows(&c->exclude, txn, &arena, &changes.exclude);
    x->has_paths = false;
    x->is_settled = has_all && !changes.exclude.count;
    x->is_judged = x->is_judged || !changes.exclude.count;
    x->next = clock_steady() + PERIOD_US;
    if (changes.exclude.count) {
        x->is_keeping = true;
        if (service_ask(c->service, "persist.composer", &changes, PERSIST_MS, NULL, end_keeping, c, &fault) != ERR_OK)
            end_keeping(c, fault.code, NULL, &fault);
    }
    txn_end(txn);
    arena_free(&arena);
}

bool exclude_turn(struct composer *c)
{
    struct exclude *x = &c->exclude;
    bool is_new = x->is_new;

    x->is_new = false;
    if (x->child.pid)
        read_paths(x);
    if (!x->count || x->child.pid || x->is_keeping)
        return is_new;
    if (x->has_paths)
        keep_rows(c);
    else if ((x->is_due || !x->is_settled) && clock_steady() >= x->next)
        begin_following(x);
    return is_new;
}
