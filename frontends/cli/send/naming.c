#include "frontends/cli/send/naming.h"

#include <math.h>
#include <stdio.h>

#include "frontends/cli/base/item_line.h"

enum { STEM_MOST = 140, MADE_MOST = 4096 };

/* A name in the making; what does not fit is cut. */
struct naming {
    char at[MADE_MOST];
    size_t len;
};

static void add_bytes(struct naming *to, const void *bytes, size_t len)
{
    size_t room = MADE_MOST - to->len, fits = len < room ? len : room;

    if (fits > 0)
        memcpy(to->at + to->len, bytes, fits);
    to->len += fits;
}

#define PARTS "{file} {name} {n} {bpm} {key} {class} {pack} {id}"

static void add_file_stem(const struct item *item, struct naming_place place, struct naming *to)
{
    const uint8_t *at = item->media.file.at,
                  *dot = item->media.file.len ? memrchr(at, '.', item->media.file.len) : NULL;

    (void)place;
    add_bytes(to, at, dot && dot > at ? (size_t)(dot - at) : item->media.file.len);
}

static void add_name(const struct item *item, struct naming_place place, struct naming *to)
{
    (void)place;
    add_bytes(to, item->media.name.at, item->media.name.len);
}

static void add_pack(const struct item *item, struct naming_place place, struct naming *to)
{
    (void)place;
    add_bytes(to, item->media.pack.at, item->media.pack.len);
}

/* Leading zeros make the names sort in the order in which the sounds were sent. */
static void add_place_number(const struct item *item, struct naming_place place, struct naming *to)
{
    int digits = 2;

    (void)item;
    for (uint32_t of = place.of / 100; of > 0; of /= 10)
        digits++;
    char text[16];
    add_bytes(to, text, (size_t)snprintf(text, sizeof(text), "%0*u", digits, place.number));
}

static void add_fact_name(const struct item *item, const char *attribute, struct naming *to)
{
    const struct fact *fact = item_fact(item, attribute);
    char text[16];

    if (fact && fact->has_text)
        add_bytes(to, fact->text.at, fact->text.len);
    else if (fact && fact->has_number)
        add_bytes(to, text, (size_t)snprintf(text, sizeof(text), "%.0f", fmin(fabs(fact->number), 1e9)));
}

static void add_bpm(const struct item *item, struct naming_place place, struct naming *to)
{
    (void)place;
    add_fact_name(item, "bpm", to);
}

static void add_key(const struct item *item, struct naming_place place, struct naming *to)
{
    (void)place;
    add_fact_name(item, "key", to);
}

static void add_class(const struct item *item, struct naming_place place, struct naming *to)
{
    (void)place;
    add_fact_name(item, "class", to);
}

static void add_id(const struct item *item, struct naming_place place, struct naming *to)
{
    char id[ID_TEXT_SIZE];

    (void)place;
    add_bytes(to, id_write(item->media.id, id), ID_TEXT_SIZE - 1);
}

static const struct part {
    const char *word;
    void (*add)(const struct item *item, struct naming_place place, struct naming *to);
} PARTS_OF[] = { { "{file}", add_file_stem }, { "{name}", add_name }, { "{n}", add_place_number },
                 { "{bpm}", add_bpm },        { "{key}", add_key },   { "{class}", add_class },
                 { "{pack}", add_pack },      { "{id}", add_id } };

static const struct part *find_part(const char *at)
{
    for (size_t i = 0; i < sizeof(PARTS_OF) / sizeof(*PARTS_OF); i++)
        if (strncmp(at, PARTS_OF[i].word, strlen(PARTS_OF[i].word)) == 0)
            return &PARTS_OF[i];
    return NULL;
}

enum err naming_check(const char *pattern, struct fault *fault)
{
    const char *at = pattern;

    if (!*pattern || strchr(pattern, '/'))
        return fault_set(fault, ERR_BAD_REQUEST,
                         *pattern ? "--rename \"%.100s\" contains a slash: expected the name of a file"
                                  : "the PATTERN of --rename is empty%s",
                         pattern);
    while ((at = strpbrk(at, "{}")) != NULL) {
        const struct part *part = find_part(at);

        if (!part) {
            fault_set(fault, ERR_BAD_REQUEST, "\"%.60s\" is not a part of a name", at);
            return fault_hint(fault, "expected one of " PARTS);
        }
        at += strlen(part->word);
    }
    return ERR_OK;
}

static void add_parts(const char *pattern, const struct item *item, struct naming_place place, struct naming *to)
{
    for (const char *at = pattern; *at;) {
        const struct part *part = *at == '{' ? find_part(at) : NULL;

        if (part)
            part->add(item, place, to);
        else
            add_bytes(to, at, 1);
        at += part ? strlen(part->word) : 1;
    }
}

void naming_write(const char *pattern, const struct item *item, struct naming_place place, const char *extension,
                  char to[NAMING_SIZE])
{
    struct naming made = { .len = 0 };

    add_parts(pattern, item, place, &made);
    while (made.len > 0 && made.at[made.len - 1] == ' ') /* a part at the end is empty */
        made.len--;
    if (made.len == 0)
        add_id(item, place, &made);
    for (size_t i = 0; i < made.len; i++)
        if (made.at[i] == '/')
            made.at[i] = '_';
    uint32_t len = text_repair(to, STEM_MOST, (struct text){ (uint32_t)made.len, made.at });
    (void)snprintf(to + len, NAMING_SIZE - len, "%s%.17s", *extension ? "." : "", extension);
}
