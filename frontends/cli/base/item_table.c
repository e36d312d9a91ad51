#include "frontends/cli/base/item_table.h"

#include <string.h>

#include "frontends/cli/base/item_line.h"
#include "frontends/cli/base/shared.h"

enum { COLUMNS = 64 };

struct item_table {
    uint32_t count;
    const char *fields[COLUMNS];
    int widths[COLUMNS]; /* in characters; the last column is not padded */
};

/* Returns the width of the value, or of the column's head. */
static int widen_column(struct item_table *table, uint32_t column, const struct item *item)
{
    struct buffer cell = { 0 };
    int width;

    if (item)
        item_cell(&cell, item, table->fields[column]);
    width = item ? (int)text_characters(text_of(buffer_c(&cell))) : (int)strlen(table->fields[column]);
    if (width > table->widths[column])
        table->widths[column] = width;
    buffer_free(&cell);
    return width;
}

static void put_cell(struct buffer *to, const struct item_table *table, uint32_t column, struct buffer *cell)
{
    bool is_last = column + 1 == table->count;

    cli_print(to, "%-*s%s", is_last ? 0 : table->widths[column], buffer_c(cell), is_last ? "" : "  ");
    buffer_free(cell);
}

static void put_head(struct buffer *to, const struct item_table *table)
{
    for (uint32_t i = 0; i < table->count; i++) {
        struct buffer cell = { 0 };

        for (const char *at = table->fields[i]; *at; at++)
            cli_print(&cell, "%c", *at >= 'a' && *at <= 'z' ? *at - 'a' + 'A' : *at);
        put_cell(to, table, i, &cell);
    }
    buffer_add_text(to, "\n");
}

static void put_row(struct buffer *to, const struct item_table *table, const struct item *item)
{
    for (uint32_t i = 0; i < table->count; i++) {
        struct buffer cell = { 0 };

        item_cell(&cell, item, table->fields[i]);
        put_cell(to, table, i, &cell);
    }
    buffer_add_text(to, "\n");
}

static void read_fields(struct cli *cli, const char *fields, struct item_table *table)
{
    struct text_list each = cli_split(cli, fields);

    for (uint32_t i = 0; i < each.count && table->count < COLUMNS; i++)
        table->fields[table->count++] = item_key(each.at[i], &cli->arena);
}

/* A person's own fact may have any name, so a name without values is not an error. */
static void remark_empty(const struct item_table *table, uint32_t column)
{
    struct buffer line = { 0 };

    if (schema_field(&item_line_shape, text_of(table->fields[column])))
        return;
    cli_print(&line, "loophole: none of these items has a \"%s\"", table->fields[column]);
    cli_remark(&line);
    buffer_free(&line);
}

void item_table(struct cli *cli, const struct item_list *items, const char *fields)
{
    struct item_table table = { 0 };

    read_fields(cli, fields, &table);
    for (uint32_t column = 0; column < table.count; column++) {
        bool is_empty = items->count > 0;

        widen_column(&table, column, NULL);
        for (uint32_t i = 0; i < items->count; i++)
            is_empty = widen_column(&table, column, &items->at[i]) == 0 && is_empty;
        if (is_empty)
            remark_empty(&table, column);
    }
    if (items->count > 0)
        put_head(&cli->out, &table);
    for (uint32_t i = 0; i < items->count; i++)
        put_row(&cli->out, &table, &items->at[i]);
}

void item_some(struct cli *cli, const struct item *item, const char *fields)
{
    struct item_table table = { 0 };

    read_fields(cli, fields, &table);
    for (uint32_t i = 0; i < table.count; i++) {
        struct buffer cell = { 0 };

        item_cell(&cell, item, table.fields[i]);
        cli_print(&cli->out, "%-16s %s\n", table.fields[i], buffer_c(&cell));
        buffer_free(&cell);
    }
}
