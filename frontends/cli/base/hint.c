#include "frontends/cli/base/hint.h"

#include <math.h>
#include <string.h>

#include "frontends/cli/base/human.h"
#include "frontends/cli/base/question.h"

static const char *list_separator(uint32_t place, uint32_t count)
{
    return place == 0 ? "" : place + 1 == count ? " or " : ", ";
}

static void add_near_words(struct buffer *to, const struct hint *hint)
{
    for (uint32_t i = 0; i < hint->near.count; i++)
        cli_print(to, "%s%.*s", list_separator(i, hint->near.count), TEXT_ARG(hint->near.at[i]));
}

static void print_unknown(struct buffer *to, const struct hint *hint)
{
    bool is_word = hint->kind.value == HINT_KIND_UNKNOWN_WORD && !memchr(hint->clause.at, ':', hint->clause.len);

    cli_print(to, "no item has %s%.*s", is_word ? "a word that begins with " : "", TEXT_ARG(hint->clause));
    if (!hint->near.count)
        return;
    cli_print(to, hint->is_near ? "; did you mean " : "; items have ");
    add_near_words(to, hint);
    if (hint->is_near)
        cli_print(to, "?");
}

static void print_age(struct buffer *to, double seconds)
{
    static const struct {
        double seconds;
        const char *unit;
    } UNITS[] = { { 31557600, "y" }, { 86400, "d" }, { 3600, "h" }, { 60, "min" } };

    for (size_t i = 0; i < sizeof(UNITS) / sizeof(UNITS[0]); i++)
        if (seconds >= UNITS[i].seconds) {
            cli_print(to, "%.1f %s", seconds / UNITS[i].seconds, UNITS[i].unit);
            return;
        }
    cli_print(to, "%.0f s", seconds);
}

static void print_number(struct buffer *to, const struct hint *hint, double number)
{
    switch (hint->has_unit ? hint->unit.value : HINT_UNIT_NONE) {
    case HINT_UNIT_BYTES:
        human_bytes(to, (uint64_t)fmax(0, number));
        break;
    case HINT_UNIT_SECONDS:
        human_duration(to, number);
        break;
    case HINT_UNIT_AGE:
        print_age(to, number);
        break;
    default:
        cli_print(to, fabs(number) < 1e15 && number == floor(number) ? "%.0f" : "%.6g", number);
        break;
    }
}

static void print_range(struct buffer *to, const struct hint *hint)
{
    bool is_age = hint->has_unit && hint->unit.value == HINT_UNIT_AGE;

    cli_print(to, "; the %s go from ", is_age ? "ages" : "numbers");
    print_number(to, hint, hint->least);
    cli_print(to, " to ");
    print_number(to, hint, hint->most);
}

static void no_number(struct buffer *to, const struct hint *hint)
{
    cli_print(to, "no item has %.*s", TEXT_ARG(hint->clause));
    if (hint->has_least && hint->has_most)
        print_range(to, hint);
    else
        cli_print(to, "; no item has this number");
}

static void print_no_match(struct buffer *to, const struct hint *hint)
{
    cli_print(to, "no item matches %.*s", TEXT_ARG(hint->clause));
    if (hint->without)
        cli_print(to, "; with these words in another order: %llu", (unsigned long long)hint->without);
}

static void print_excluded(struct buffer *to, const struct hint *hint)
{
    cli_print(to, "without %.*s the rest finds %llu item%s", TEXT_ARG(hint->clause), (unsigned long long)hint->without,
              text_plural(hint->without));
    if (hint->count)
        cli_print(to, "; %.*s alone finds %llu", TEXT_ARG(hint->clause), (unsigned long long)hint->count);
}

static void never_together(struct buffer *to, const struct hint *hint)
{
    cli_print(to, "no item matches both %.*s and ", TEXT_ARG(hint->clause));
    add_near_words(to, hint);
}

static void print_hidden(struct buffer *to, const struct hint *hint)
{
    bool is_take = hint->clause.len > 0;

    cli_print(to, "%llu %s%s match%s", (unsigned long long)hint->count, is_take ? "take" : "hidden item",
              text_plural(hint->count), hint->count == 1 ? "es" : "");
    if (is_take)
        cli_print(to, ", which results leave out (%.*s)", TEXT_ARG(hint->clause));
}

static void print_otherwise(struct buffer *to, const struct hint *hint)
{
    cli_print(to, "\"%.*s\" is read as words or as another field", TEXT_ARG(hint->clause));
}

static void print_no_uses(struct buffer *to, const struct hint *hint)
{
    cli_print(to,
              "no context exists yet for %.*s: `loophole use CONTEXT ID…` makes one, and scans read "
              "session files (`loophole sessions`)",
              TEXT_ARG(hint->clause));
}

static void no_items(struct buffer *to, const struct hint *hint)
{
    (void)hint;
    cli_print(to, "the catalogue has no items: loophole index DIR");
}

static void print_outside(struct buffer *to, const struct hint *hint)
{
    cli_print(to, "%llu item%s match%s outside this view: --view combined shows all", (unsigned long long)hint->count,
              text_plural(hint->count), hint->count == 1 ? "es" : "");
}

static const struct sentence {
    enum hint_kind kind;
    void (*print)(struct buffer *to, const struct hint *hint);
} SENTENCES[] = {
    { HINT_KIND_UNKNOWN_WORD, print_unknown }, { HINT_KIND_UNKNOWN_VALUE, print_unknown },
    { HINT_KIND_NO_NUMBER, no_number },        { HINT_KIND_NOTHING, print_no_match },
    { HINT_KIND_EXCLUDED, print_excluded },    { HINT_KIND_NEVER_TOGETHER, never_together },
    { HINT_KIND_HIDDEN, print_hidden },        { HINT_KIND_WRITTEN_OTHERWISE, print_otherwise },
    { HINT_KIND_NO_ITEMS, no_items },          { HINT_KIND_NO_USES, print_no_uses },
    { HINT_KIND_OUTSIDE, print_outside },
};

void hint_write(struct buffer *to, const struct hint *hint)
{
    for (size_t i = 0; i < sizeof SENTENCES / sizeof *SENTENCES; i++)
        if ((int32_t)SENTENCES[i].kind == hint->kind.value)
            SENTENCES[i].print(to, hint);
    if (hint->instead.len)
        cli_print(to, "%s %.*s", hint->is_near ? " Try:" : "; try:", TEXT_ARG(hint->instead));
}

/* Files may be missing without being marked, until a person answers. */
static bool asks_for_missing(const struct hint_list *hints)
{
    for (uint32_t i = 0; i < hints->count; i++)
        if (text_is(hints->at[i].clause, "is:missing") || text_is(hints->at[i].clause, "is:offline"))
            return true;
    return false;
}

void hint_print(struct cli *cli, const struct hint_list *hints)
{
    for (uint32_t i = 0; i < hints->count; i++) {
        struct buffer line = { 0 };

        buffer_add_text(&line, "  ");
        hint_write(&line, &hints->at[i]);
        if (cli->options.json) {
            cli_remark(&line);
        } else {
            buffer_add_text(&line, "\n");
            buffer_add_text(&cli->out, buffer_c(&line));
        }
        buffer_free(&line);
    }
    if (!cli->options.json && asks_for_missing(hints))
        question_print_open(cli);
}
