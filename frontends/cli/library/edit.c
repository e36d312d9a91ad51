/* edit.c: changes by a person: edit, rate, colour, tag, favourite, hide, forget, unlike. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frontends/cli/base/change.h"
#include "frontends/cli/base/item_line.h"
#include "frontends/cli/base/named.h"
#include "frontends/cli/library/last_copy.h"
#include "frontends/cli/library/library_commands.h"
#include "schema_persist.h"
#include "store/fact_name.h"

/* The first `count` arguments name the items. */
static enum err edit_named(struct cli *cli, int count, const struct edit *edit, const char *verb, struct fault *fault)
{
    struct id_list items;
    enum err e = named_all(cli, count, cli->args, &items, fault);

    return e == ERR_OK ? change_items(cli, &items, edit, verb, fault) : e;
}

/* ---- facts and fields ---- */

/* A decimal number without leading zeros. 0808 is the name of something, and so is 808 as a class. */
static bool is_number(struct text key, const char *value)
{
    const char *digits = value + (*value == '-' || *value == '+');
    bool is_code = digits[0] == '0' && strspn(digits, "0123456789") > 1;

    return !fact_name_is_word(key) && !is_code && value[strspn(value, "+-0123456789.eE")] == '\0';
}

static const char *const edit_keys[] = { "name", "pack", "notes", "remote", "origin", "favourite", "hidden" };

/* Words of a query and of other programs, and what sets them. */
static const struct other_key {
    const char *typed, *hint;
} other_keys[] = {
    { "tag", "`loophole tag ITEM +TAG -TAG` changes the tags of an item" },
    { "color", "did you mean colour=?" },
    { "stars", "did you mean rating=?" },
    { "tempo", "did you mean bpm=?" },
    { "comment", "did you mean notes=?" },
    { "instrument", "did you mean class=?" },
    { "category", "did you mean family=?" },
    { "url", "did you mean remote=?" },
    { "favorite", "did you mean favourite=?" },
};

/* The key that differs in the fewest letters, whatever their case. */
static const char *nearest_key(struct text key)
{
    const char *near = fact_name_nearest(key);
    uint32_t least = text_distance(key, text_of(near));

    for (size_t i = 0; i < sizeof edit_keys / sizeof edit_keys[0]; i++) {
        const uint32_t distance = text_distance(key, text_of(edit_keys[i]));
        near = distance <= least ? edit_keys[i] : near;
        least = distance < least ? distance : least;
    }
    return near;
}

static enum err refuse_fact(struct text key, struct fault *fault)
{
    char small[65];

    text_copy(small, sizeof small, key);
    for (char *at = small; *at; at++)
        *at = *at >= 'A' && *at <= 'Z' ? (char)(*at + 'a' - 'A') : *at;
    fault_set(fault, ERR_BAD_REQUEST, "no query finds a fact \"%.*s\"", TEXT_ARG(key));
    for (size_t i = 0; i < sizeof other_keys / sizeof other_keys[0]; i++)
        if (strcmp(small, other_keys[i].typed) == 0)
            return fault_hint(fault, "%s", other_keys[i].hint);
    return fault_hint(fault, "did you mean %s=? --any keeps it as a fact of your own", nearest_key(text_of(small)));
}

/* A key that is not a field of an edit is a fact of the user; an empty value removes it. `any`: also one that nothing
 * reads. */
static enum err assign_fact(struct edit *edit, struct text key, const char *value, bool any, struct fault *fault)
{
    struct fact *fact = &edit->facts.at[edit->facts.count];
    char *end;

    if (key.len == 0 || key.len > 64)
        return fault_set(fault, ERR_BAD_REQUEST, "\"%.*s\" is not a name of 1 to 64 bytes", TEXT_ARG(key));
    if (*value == '\0') {
        edit->clear_facts.at[edit->clear_facts.count++] = key;
        return ERR_OK;
    }
    if (item_line_has(key)) {
        fault_set(fault, ERR_BAD_REQUEST, "\"%.*s\" is a field of each item, which `edit` cannot set", TEXT_ARG(key));
        return fault_hint(fault, text_is(key, "tags") ? "`loophole tag ITEM +TAG -TAG` changes the tags of an item"
                                                      : "choose another name for a fact of your own");
    }
    if (!any && !fact_name_is_known(key))
        return refuse_fact(key, fault);
    *fact = (struct fact){ .attribute = key, .source.value = SOURCE_USER, .confidence = 1, .shown = true };
    fact->number = strtod(value, &end);
    fact->has_number = *end == '\0' && isfinite(fact->number) && is_number(key, value);
    fact->number = fact->has_number ? fact->number : 0;
    fact->has_text = !fact->has_number;
    fact->text = fact->has_text ? text_of(value) : TEXT("");
    edit->facts.count++;
    return ERR_OK;
}

/* Finds the '=' of KEY=VALUE; NULL: the argument is a word of a query, such as dur:<=1s, or a path. */
static const char *find_equals(const char *argument)
{
    const char *equals = argument + strcspn(argument, "=:<>\"( /");

    return *equals == '=' ? equals : NULL;
}

static enum err assign_value(struct cli *cli, struct edit *edit, const char *assignment, struct fault *fault)
{
    const char *equals = find_equals(assignment);
    struct text key;

    if (!equals) {
        fault_set(fault, ERR_BAD_REQUEST, "\"%s\" is not KEY=VALUE", assignment);
        return fault_hint(fault, "for example: loophole edit ID notes=\"a little flat\" bpm=120");
    }
    key = (struct text){ (uint32_t)(equals - assignment), assignment };
    for (size_t i = 0; i < sizeof edit_keys / sizeof edit_keys[0]; i++)
        if (text_is(key, edit_keys[i]))
            return json_assign(&edit_shape, text_of(assignment), &cli->arena, edit, fault);
    return assign_fact(edit, key, equals + 1, cli->options.any, fault);
}

/* The arguments before the first KEY=VALUE name the items; the first argument always does. */
static int count_names(const struct cli *cli)
{
    int count = 1;

    while (count < cli->count && !find_equals(cli->args[count]))
        count++;
    return count;
}

enum err edit_item(struct cli *cli, struct fault *fault)
{
    struct edit edit = { 0 };
    int names = count_names(cli);
    enum err e = ERR_OK;

    edit.facts.at = arena_array(&cli->arena, (size_t)cli->count, sizeof *edit.facts.at);
    edit.clear_facts.at = arena_array(&cli->arena, (size_t)cli->count, sizeof *edit.clear_facts.at);
    if (names == cli->count)
        return assign_value(cli, &edit, cli->args[cli->count - 1], fault);
    for (int i = names; e == ERR_OK && i < cli->count; i++)
        e = assign_value(cli, &edit, cli->args[i], fault);
    return e != ERR_OK ? e : edit_named(cli, names, &edit, "Edit", fault);
}

/* ---- marks: rating and colour ---- */

/* Sets this fact of the user for the items of all arguments except the last one, or removes it. */
static enum err mark_items(struct cli *cli, struct fact *fact, bool clears, const char *verb, struct fault *fault)
{
    struct edit edit = { 0 };

    fact->source.value = SOURCE_USER;
    fact->confidence = 1;
    fact->shown = true;
    if (clears)
        edit.clear_facts = (struct text_list){ 1, &fact->attribute };
    else
        edit.facts = (struct fact_list){ 1, fact };
    return edit_named(cli, cli->count - 1, &edit, verb, fault);
}

enum err edit_rate(struct cli *cli, struct fault *fault)
{
    const char *typed = cli->args[cli->count - 1];
    struct fact rating = { .attribute = TEXT("rating"), .has_number = true, .number = typed[0] - '0' };

    if (typed[0] < '0' || typed[0] > '5' || typed[1]) {
        fault_set(fault, ERR_BAD_REQUEST, "\"%.100s\" is not a rating of 0 to 5", typed);
        return fault_hint(fault, "items come first, then the rating: loophole rate kick --limit 1 4");
    }
    return mark_items(cli, &rating, typed[0] == '0', "Rate", fault);
}

/* Both spellings of grey. */
static struct text colour_of(const char *typed)
{
    return strcmp(typed, "gray") == 0 ? TEXT("grey") : text_of(typed);
}

enum err edit_colour(struct cli *cli, struct fault *fault)
{
    struct fact colour = { .attribute = TEXT("colour"),
                           .has_text = true,
                           .text = colour_of(cli->args[cli->count - 1]) };
    bool clears = text_is(colour.text, "none");

    if (!clears && choice_value(&item_colour_table, colour.text) == ITEM_COLOUR_OTHER) {
        fault_set(fault, ERR_BAD_REQUEST, "unknown colour \"%.*s\"", TEXT_ARG(colour.text));
        return fault_hint(fault, "items come first, then red, orange, yellow, green, blue, purple, pink, grey or none");
    }
    return mark_items(cli, &colour, clears, "Colour", fault);
}

/* ---- tags ---- */

static enum err read_tag(struct edit *edit, const char *typed, struct fault *fault)
{
    struct text tag = text_of(typed[0] ? typed + 1 : typed);

    if ((*typed != '+' && *typed != '-') || tag.len == 0) {
        fault_set(fault, ERR_BAD_REQUEST, "\"%s\" is neither +TAG nor -TAG", typed);
        return fault_hint(fault, "items come first, then tags: loophole tag 'class:snare dur:<1s' --all +short -long");
    }
    struct text_list *list = *typed == '-' ? &edit->remove_tags : &edit->add_tags;
    list->at[list->count++] = tag;
    return ERR_OK;
}

/* With many items, -TAG before +TAG is probably a part of the query: tag snare -loop --all +short. */
static enum err check_first_tag(const struct cli *cli, int first, struct fault *fault)
{
    bool adds = false;

    for (int i = first; i < cli->count; i++)
        adds = adds || cli->args[i][0] == '+';
    if (!adds || cli->args[first][0] != '-' || (!cli->options.all && cli->options.limit <= 0))
        return ERR_OK;
    fault_set(fault, ERR_BAD_REQUEST, "\"%s\" before the first +TAG may be a part of the query", cli->args[first]);
    return fault_hint(fault, QUOTE_QUERY "; a tag to remove comes after the first +TAG");
}

enum err edit_tags(struct cli *cli, struct fault *fault)
{
    size_t most = (size_t)cli->count;
    struct edit edit = { 0 };
    enum err e = ERR_OK;
    int names = 1;

    edit.add_tags.at = arena_array(&cli->arena, most, sizeof(struct text));
    edit.remove_tags.at = arena_array(&cli->arena, most, sizeof(struct text));
    while (names < cli->count && cli->args[names][0] != '+' && cli->args[names][0] != '-')
        names++;
    if (names == cli->count)
        return read_tag(&edit, cli->args[names - 1], fault);
    e = check_first_tag(cli, names, fault);
    for (int i = names; e == ERR_OK && i < cli->count; i++)
        e = read_tag(&edit, cli->args[i], fault);
    return e != ERR_OK ? e : edit_named(cli, names, &edit, "Tag", fault);
}

enum err edit_unlike(struct cli *cli, struct fault *fault)
{
    struct persist_put_media put = { 0 };
    struct id other;
    struct id_list others = { 1, &other };
    enum err e = named_only(cli, cli->args[0], &put.edit.id, fault);

    if (e == ERR_OK)
        e = named_only(cli, cli->args[1], &other, fault);
    if (e != ERR_OK)
        return e;
    *(cli->options.off ? &put.edit.remove_unlike : &put.edit.add_unlike) = others;
    return change_and_print(cli, "persist.put_media", &put, fault);
}

enum err edit_favourite(struct cli *cli, struct fault *fault)
{
    struct edit edit = { .has_favourite = true, .favourite = !cli->options.off };

    return edit_named(cli, cli->count, &edit, cli->options.off ? "No favourite:" : "Favourite", fault);
}

enum err edit_hide(struct cli *cli, struct fault *fault)
{
    struct edit edit = { .has_hidden = true, .hidden = !cli->options.off };
    struct id_list items;
    enum err e = edit.hidden ? named_all(cli, cli->count, cli->args, &items, fault)
                             : named_all_hidden(cli, cli->count, cli->args, &items, fault);

    return e == ERR_OK ? change_items(cli, &items, &edit, edit.hidden ? "Hide" : "Show", fault) : e;
}

enum err edit_forget(struct cli *cli, struct fault *fault)
{
    struct edit edit = { .has_forgotten = true, .forgotten = !cli->options.off };
    struct id_list items;
    enum err e = named_all(cli, cli->count, cli->args, &items, fault);

    if (e == ERR_OK)
        e = change_items(cli, &items, &edit, cli->options.off ? "Bring back" : "Forget", fault);
    else if (e == ERR_NOT_FOUND && cli->options.off)
        fault_hint(fault, "no query finds a forgotten item: name it by its id, which `loophole forgotten` shows");
    if (e == ERR_OK && edit.forgotten)
        last_copy_warn(cli, &items);
    return e;
}
