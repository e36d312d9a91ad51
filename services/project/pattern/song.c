#include "services/project/pattern/song.h"

#include <stdlib.h>
#include <string.h>

#include "services/project/pattern/slot.h"

enum { WORD_SIZE = 32 };

/* ---- in the project ---- */

static bool is_entry(const struct song_entry *entry)
{
    return entry->bank >= 1 && entry->bank <= SLOTS_BANKS && entry->slot >= 1 && entry->slot <= SLOTS_BANK &&
           entry->bars <= SONG_BARS;
}

/* A person may have written anything; 0 is out of range. */
static uint64_t whole_of(const struct tree *body, const char *name, double otherwise)
{
    const double number = tree_real(body, name, otherwise);

    return number >= 0 && number <= SONG_BARS ? (uint64_t)number : 0;
}

void song_read(const struct tree *body, struct arena *arena, struct song *to)
{
    const struct tree *song = tree_get(body, "song");
    const struct tree *list = song && song->type == TREE_OBJECT ? tree_get(song, "entries") : NULL;
    struct song_entry *each = arena_array(arena, SONG_ENTRIES, sizeof(*each));

    *to = (struct song){ .entries.at = each };
    if (!list || list->type != TREE_LIST)
        return;
    to->loop = tree_bool(song, "loop", false);
    for (uint32_t i = 0; i < list->count && to->entries.count < SONG_ENTRIES; i++) {
        const struct tree *from = &list->members[i].value;
        struct song_entry entry = { 0 };

        if (from->type == TREE_OBJECT)
            entry = (struct song_entry){ .bank = whole_of(from, "bank", 1),
                                         .slot = whole_of(from, "slot", 0),
                                         .bars = whole_of(from, "bars", 0) };
        if (is_entry(&entry))
            each[to->entries.count++] = entry;
    }
}

struct tree song_tree(const struct song *song, struct arena *arena)
{
    struct tree body = { .type = TREE_OBJECT }, list = { .type = TREE_LIST };

    for (uint32_t i = 0; i < song->entries.count; i++) {
        const struct song_entry *from = &song->entries.at[i];
        struct tree entry = { .type = TREE_OBJECT };

        tree_set(&entry, arena, "bank", tree_of_whole((int64_t)from->bank));
        tree_set(&entry, arena, "slot", tree_of_whole((int64_t)from->slot));
        tree_set(&entry, arena, "bars", tree_of_whole((int64_t)from->bars));
        tree_add(&list, arena, entry);
    }
    tree_set(&body, arena, "entries", list);
    tree_set(&body, arena, "loop", tree_of_bool(song->loop));
    return body;
}

uint32_t song_next(const struct song *song, uint32_t entry)
{
    return entry < song->entries.count ? entry + 1 : song->loop && song->entries.count ? 1 : 0;
}

/* ---- typed ---- */

/* Reads a number and the `end` after it, or the end of the word. Returns what follows; NULL: it is not a number. */
static const char *read_number(const char *at, char end, uint64_t *to)
{
    char *after;

    if (*at < '0' || *at > '9')
        return NULL;
    *to = strtoul(at, &after, 10);
    return *after == end && end ? after + 1 : *after == '\0' ? after : NULL;
}

static bool read_entry(struct text word, uint32_t bank, struct song_entry *to)
{
    char room[WORD_SIZE];
    const char *at = room;

    *to = (struct song_entry){ .bank = bank };
    if (!text_copy(room, sizeof(room), word))
        return false;
    if (strchr(room, '/'))
        at = read_number(at, '/', &to->bank);
    if (at)
        at = read_number(at, ':', &to->slot);
    if (at && strchr(room, ':'))
        at = read_number(at, '\0', &to->bars);
    return at && *at == '\0' && is_entry(to);
}

static enum err refuse_entry(struct text word, struct fault *fault)
{
    (void)message_fault(MESSAGE_SONG_ENTRY, word, (struct text){ 0 }, fault);
    return fault_hint(fault, "an entry is SLOT or BANK/SLOT, and :BARS (1 to %d): 5, 5:8, 2/5:8", SONG_BARS);
}

static enum err refuse_length(struct fault *fault)
{
    fault_set(fault, ERR_TOO_LARGE, "the song has more than %d entries", SONG_ENTRIES);
    return fault_hint(fault, "leave some out, or repeat the song with --loop");
}

enum err song_parse(struct text typed, uint32_t bank, struct arena *arena, struct song *to, struct fault *fault)
{
    struct song_entry *each = arena_array(arena, SONG_ENTRIES, sizeof(*each));

    *to = (struct song){ .entries.at = each };
    for (uint32_t at = 0, end; at < typed.len; at = end) {
        for (end = at; end < typed.len && typed.at[end] != ' ';)
            end++;
        const struct text word = { end - at, typed.at + at };

        if (word.len == 0)
            end++;
        else if (to->entries.count == SONG_ENTRIES)
            return refuse_length(fault);
        else if (!read_entry(word, bank, &each[to->entries.count++]))
            return refuse_entry(word, fault);
    }
    return ERR_OK;
}
